import { pageOf } from "#bot/sync/confluence/page.ts";
import type { RunStory } from "#bot/sync/follower.ts";
import type { RunFact } from "#engine/run/facts.ts";
import { storageOf } from "#integrations/confluence/storage.ts";
import { type Child, readXhtml } from "./atlassian/confluence/xhtml.ts";
import { NOON, type Past, runAfter } from "./given.ts";
import { brief } from "./sample-run.ts";

const NAMES: Readonly<Record<string, string>> = { U01ALICE: "Alice", U02BOB: "Bob" };
const context = { people: (id: string) => NAMES[id] ?? id, botName: "Countersign", model: "openai:gpt-x" };

/** A run's story of these facts, a second apart. */
export function storyOf(past: readonly Past<RunFact>[], more: Partial<RunStory> = {}): RunStory {
  const timed = past.map((fact, i) => ({ at: NOON + i * 1_000, ...fact }));
  const run = runAfter(...timed);
  const facts = timed.map(({ at, ...fact }, i) => ({
    ...{ seq: i + 1, at, fact: fact as RunFact },
    actor: fact.type === "run.requested" ? "person:U01ALICE" : "engine",
  }));
  const own = run.brief ?? brief();
  return { run, brief: own, questions: [], facts, context, ...more };
}

/** The text of a run's page as people read it. */
export function linesOf(story: RunStory, link?: string): string {
  const read = (children: readonly Child[]): string =>
    children
      .map((child) => {
        if ("cdata" in child) return child.cdata;
        if ("text" in child) return child.text;
        if (child.attributes.get("ac:name") === "colour") return "";
        const within = read(child.children);
        return ["p", "h2", "h3", "tr", "br"].includes(child.name) ? `${within}\n` : `${within} `;
      })
      .join("");
  return read(readXhtml(storageOf(pageOf(story, link))))
    .replaceAll(/ +/g, " ")
    .replaceAll(/ ?\n[ \n]*/g, "\n")
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
