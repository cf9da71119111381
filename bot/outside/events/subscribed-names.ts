import type { Subscription } from "#db/subscriptions.ts";
import type { WrongField } from "../wrong-fields.ts";
import { DOCUMENTED_EVENTS } from "./event-names.ts";

/** A name, "workflow.*" for all that begin like this, or "*" for all. */
const NAME = /^(\*|[a-z][a-z0-9_-]{0,40}(\.[a-z0-9_-]{1,40}){0,4}(\.[a-z0-9_-]{1,40}|\.\*))$/;
/** Only Countersign tells events that begin like this, and all of those are documented: another one is a slip. */
const OURS_ALONE: readonly string[] = ["workflow", "task", "human", "request"];

/** Names that nobody can hear of. Agents publish events of their own names too, so what begins otherwise may come. */
export const wrongNames = (events: readonly string[]): readonly WrongField[] =>
  events.flatMap((name, i) => {
    const field = `events.${i}`;
    if (!NAME.test(name))
      return [{ field, detail: 'Write an event\'s name, such as "code.approved", or "*" for all.' }];
    const [first = ""] = name.split(".");
    const isKnown = name.endsWith("*") || DOCUMENTED_EVENTS.some((known) => known === name);
    if (isKnown || !OURS_ALONE.includes(first)) return [];
    const near = DOCUMENTED_EVENTS.filter((known) => known.startsWith(`${first}.`)).join(", ");
    return [{ field, detail: `There is no such event: there are ${near}.` }];
  });

/** Something that happened, as far as it matters to who hears of it. */
type Happened = {
  /** All of its names; it bears the first. */
  readonly names: readonly [string, ...string[]];
  readonly projectId: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/**
 * Who hears of this, and under which of its names: the first one, unless the subscription asked only for another; who asked
 * for "workflow.finished" gets that.
 */
export function hearersOf(
  subscriptions: readonly Subscription[],
  { names, projectId, at }: Happened,
): readonly { readonly endpointId: string; readonly event: string }[] {
  return subscriptions.flatMap((subscription) => {
    const { id: endpointId, events, createdAt, projectId: theirs } = subscription;
    const event = names.find((name) => events.some((asked) => fits(asked, name)));
    const isTheirs = theirs === null || theirs === projectId;
    return event === undefined || !isTheirs || at < createdAt.getTime() ? [] : [{ endpointId, event }];
  });
}

function fits(asked: string, name: string): boolean {
  if (asked === "*" || asked === name) return true;
  return asked.endsWith(".*") && name.startsWith(asked.slice(0, -1));
}
