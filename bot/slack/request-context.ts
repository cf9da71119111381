import type { WebClient } from "@slack/web-api";
import type { Sql } from "postgres";
import { messagePlace } from "#db/story.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { CardContexts } from "./card-contexts.ts";
import type { ClientFor } from "./clients.ts";
import type { People } from "./people.ts";
import { type RequestContext, type RequestState, requestKey } from "./request-messages.ts";
import { slackFailure, toOutsideFailure } from "./slack-failure.ts";
import { isRequesterAlone, permalink } from "./threads.ts";

const MOST_LINKS = 5_000;

export type RequestContexts = ReturnType<typeof createRequestContexts>;

/** What the cards of a request need to know that its state does not. Throws `OutsideFailure`. */
export function createRequestContexts(needs: {
  readonly sql: Sql;
  readonly people: People;
  readonly contexts: CardContexts;
  readonly clientFor: ClientFor;
}) {
  const { sql, people, contexts, clientFor } = needs;
  const known = new Map<string, string>();

  /** The permalink of the copy at this place, which never changes; null where Slack has none. */
  async function linkAt(workspaceId: string, id: string, place: string): Promise<string | null> {
    const key = requestKey(id, place);
    const before = known.get(`${workspaceId} ${key}`);
    if (before) return before;
    const at = await messagePlace(sql, workspaceId, key);
    const link = at && (await linkTo(await clientFor(workspaceId), at));
    if (!link) return null;
    if (known.size >= MOST_LINKS) known.clear();
    known.set(`${workspaceId} ${key}`, link);
    return link;
  }

  /** Asked for only once somebody is reminded. */
  async function linksOf({ consultation, namings }: RequestState): Promise<ReadonlyMap<string, string>> {
    const { id, workspaceId, policy, remindedAt, state } = consultation;
    if (remindedAt === null || state !== "open") return new Map();
    const { channel = "", otherChannels = [] } = policy ?? {};
    const named = namings.flatMap((naming) => naming.people.map((person) => `@${person}`));
    const links = await Promise.all(
      [...new Set([channel, ...otherChannels, ...named])].map(async (place) => {
        const link = await linkAt(workspaceId, id, place);
        return link ? [[place, link] as const] : [];
      }),
    );
    return new Map(links.flat());
  }

  return {
    /** The address of the copy that this person can see; null where there is none yet, or no agent outside asked. */
    async linkFor(
      { id, workspaceId, policy, outside }: Consultation,
      person: string,
    ): Promise<string | null> {
      if (!outside) return null;
      const isNamed = policy?.people.includes(person) ?? false;
      return linkAt(workspaceId, id, isNamed ? `@${person}` : (policy?.channel ?? ""));
    },

    async contextOf(state: RequestState): Promise<RequestContext> {
      const [context, requesterAlone, links] = await Promise.all([
        contexts.about(state.consultation.workspaceId, state),
        isAlone(people, state.consultation),
        linksOf(state),
      ]);
      return { ...context, requesterAlone, linkOf: (place) => links.get(place) };
    },
  };
}

/** Null where somebody has deleted the card, or thrown us out of the channel: the others are reminded all the same. */
async function linkTo(client: WebClient, at: Parameters<typeof permalink>[1]): Promise<string | null> {
  try {
    return await permalink(client, at);
  } catch (error) {
    const { kind } = slackFailure(error);
    if (kind === "gone" || kind === "closed") return null;
    throw toOutsideFailure(error, "say where a question stands");
  }
}

/** It matters only while an approval is open. */
const isAlone = async (people: People, consultation: Consultation): Promise<boolean> =>
  consultation.state === "open" &&
  consultation.question?.type === "approval" &&
  (await isRequesterAlone(people, consultation));
