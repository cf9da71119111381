import type { Directory } from "../outside/requests/directory.ts";
import type { ClientFor } from "./clients.ts";
import { likenessOf } from "./likeness.ts";
import { createMemory } from "./memory.ts";
import { isFullMember, type People } from "./people.ts";
import { createReadAll, readByEmail, readChannels, readNames } from "./read-directory.ts";
import { isUnknown } from "./read-people.ts";

/** Who joins, and a channel that we are invited to, is known after this long at the latest. */
const SOON_MS = 60_000;
/** Every request asks for all names. */
const NAMES_TTL_MS = 10 * 60_000;

const CHANNEL_ID = /^[CG][A-Z0-9]{2,20}$/;
const PERSON_ID = /^[UW][A-Z0-9]{2,20}$/;

/** What our cards put between a name and "agent": nobody is to be "Bob · member". */
const OUR_MARK = /[·•∙⋅・]/;

/**
 * A workspace's people and channels, as Slack knows them, for the API. What Slack said is remembered for a while, also that
 * it knows nobody: an agent's guesses must not use up what we may ask. `botUserId` is ours: no agent goes by our name.
 */
export function createDirectory(needs: {
  readonly people: People;
  readonly clientFor: ClientFor;
  readonly botUserId: string;
  readonly now?: () => number;
}): Directory {
  const { people, clientFor, botUserId, now = () => performance.now() } = needs;
  const emails = createMemory<string | null>(SOON_MS, now);
  const likenesses = createMemory<ReadonlySet<string>>(NAMES_TTL_MS, now);
  const channels = createMemory<ReadonlyMap<string, string>>(SOON_MS, now);
  const readAllNames = createReadAll(async (workspaceId, cursor) =>
    readNames(await clientFor(workspaceId), workspaceId, cursor),
  );
  const readAllChannels = createReadAll(async (workspaceId, cursor) =>
    readChannels(await clientFor(workspaceId), cursor),
  );

  /** Of people, and of us: other apps may well be the agent's own. */
  async function readLikenesses(workspaceId: string): Promise<ReadonlySet<string>> {
    const everybody = await readAllNames(workspaceId);
    const counted = everybody.filter(
      ({ person: { id, isBot, isDeleted } }) =>
        id === botUserId || id === "USLACKBOT" || !(isBot || isDeleted),
    );
    const names = counted.flatMap(({ names }) => names);
    return new Set([...names, "Slackbot"].map(likenessOf).filter((one) => one !== ""));
  }

  async function idOf(workspaceId: string, name: string): Promise<string | undefined> {
    const byName = await channels.get(workspaceId, async () => {
      const ours = await readAllChannels(workspaceId);
      return new Map(ours.map((channel) => [channel.name.toLowerCase(), channel.id]));
    });
    return byName.get(name.trim().replace(/^#/, "").toLowerCase());
  }

  return {
    personByEmail: (workspaceId, email) =>
      emails.get(`${workspaceId} ${email.trim().toLowerCase()}`, async () => {
        const found = await readByEmail(await clientFor(workspaceId), workspaceId, email.trim());
        return found && isFullMember(found) ? found.id : null;
      }),

    async isFullMember(workspaceId, personId) {
      if (!PERSON_ID.test(personId)) return false;
      try {
        return isFullMember(await people.person(workspaceId, personId));
      } catch (error) {
        if (isUnknown(error)) return false;
        throw error;
      }
    },

    async isMembersName(workspaceId, name) {
      const taken = await likenesses.get(workspaceId, () => readLikenesses(workspaceId));
      return [name, ...name.split(OUR_MARK)].some((part) => taken.has(likenessOf(part)));
    },

    async channel(workspaceId, nameOrId) {
      const id = CHANNEL_ID.test(nameOrId) ? nameOrId : await idOf(workspaceId, nameOrId);
      return id !== undefined && (await people.botMayPost(workspaceId, id)) ? id : null;
    },

    standing: (asked) => people.standing(asked),
  };
}
