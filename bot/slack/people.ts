import type { Standing } from "#engine/consultation/policy.ts";
import { OutsideFailure } from "#engine/errors.ts";
import type { ClientFor } from "./clients.ts";
import { createMemory } from "./memory.ts";
import { isOpenToUs, isUnknown, type Person, readMembers, readPerson } from "./read-people.ts";

/** What somebody's standing is asked for: a question in `channels`, put to `people` (to all of these channels where there are none). */
type Asked = {
  readonly workspaceId: string;
  readonly personId: string;
  readonly channels: readonly string[];
  readonly people: readonly string[];
  readonly requester: string;
};

/** What Slack says about its people. */
export type People = {
  /** Throws `OutsideFailure` where Slack does not say. */
  person(workspaceId: string, id: string): Promise<Person>;
  /** What the rules need to know of somebody who answers. Throws `OutsideFailure`: nobody answers on a guess. */
  standing(asked: Asked): Promise<Standing>;
  /** Names by id. Whom Slack does not know keeps the id. Throws `OutsideFailure`. */
  names(workspaceId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** A moment (milliseconds since 1970) as this person's clock shows it: "Tue 14:00". Throws `OutsideFailure`. */
  localTime(workspaceId: string, personId: string, instant: number): Promise<string>;
  /** Whether the bot is a member of this channel, which is not archived. Throws `OutsideFailure`. */
  botMayPost(workspaceId: string, channelId: string): Promise<boolean>;
};

const PEOPLE_TTL_MS = 10 * 60_000;
/** Who is unknown may join, and a guest may become a full member, at any moment. */
const STRANGERS_TTL_MS = 60_000;
/** Who has joined is looked up at once; who has left counts as a member for this long. */
const MEMBERS_TTL_MS = 30_000;
/** How many people are looked at together in the search for one who may answer. */
const AT_ONCE = 5;

/** Asks Slack, and remembers people for ten minutes. `now` is in milliseconds. */
export function createPeople(needs: { readonly clientFor: ClientFor; readonly now?: () => number }): People {
  const { clientFor, now = () => performance.now() } = needs;
  const known = createMemory<Person | OutsideFailure>(PEOPLE_TTL_MS, now, (found) =>
    found instanceof OutsideFailure || found.isGuest || found.isStranger ? STRANGERS_TTL_MS : PEOPLE_TTL_MS,
  );
  const crowdOf = createCrowds(clientFor, now);

  /** Whom Slack does not know is remembered too: else a text full of made-up ids would use up all that we may ask. */
  const look = (workspaceId: string, id: string): Promise<Person | OutsideFailure> =>
    known.get(`${workspaceId} ${id}`, async () =>
      readPerson(await clientFor(workspaceId), workspaceId, id).catch(unknownOnly),
    );

  async function person(workspaceId: string, id: string): Promise<Person> {
    const found = await look(workspaceId, id);
    if (found instanceof OutsideFailure) throw found;
    return found;
  }

  /** Null: Slack knows nobody of this id. */
  async function personOrNull(workspaceId: string, id: string): Promise<Person | null> {
    const found = await look(workspaceId, id);
    return found instanceof OutsideFailure ? null : found;
  }

  async function standing(asked: Asked): Promise<Standing> {
    const { workspaceId, personId, people, requester } = asked;
    const [who, crowd] = await Promise.all([person(workspaceId, personId), crowdOf(asked)]);
    const { members, trouble } = crowd;
    const isNamed = people.length > 0;
    const isInChannel = members.has(personId);
    // Where people are named, who is in the channel decides nothing; else nothing is decided on a guess.
    if (trouble && !isNamed && !isInChannel) throw trouble;
    const others = (isNamed ? people : [...members]).filter((id) => id !== personId && id !== requester);
    const othersMayAnswer = await anyFullMember(workspaceId, others);
    if (trouble && !isNamed && !othersMayAnswer) throw trouble;
    return { id: personId, isFullMember: isFullMember(who), isInChannel, othersMayAnswer };
  }

  async function anyFullMember(workspaceId: string, ids: readonly string[]): Promise<boolean> {
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const some = await Promise.all(ids.slice(i, i + AT_ONCE).map((id) => personOrNull(workspaceId, id)));
      if (some.some((one) => one !== null && isFullMember(one))) return true;
    }
    return false;
  }

  return {
    person,
    standing,
    async names(workspaceId, ids) {
      const all = await Promise.all(
        [...new Set(ids)].map(async (id) => [id, (await personOrNull(workspaceId, id))?.name ?? id] as const),
      );
      return new Map(all);
    },

    async localTime(workspaceId, personId, instant) {
      return toLocalTime(instant, (await person(workspaceId, personId)).timeZone);
    },

    botMayPost: createBotMayPost(clientFor, now),
  };
}

/** Who is in channels: whoever has joined is looked up at once. */
function createCrowds(clientFor: ClientFor, now: () => number) {
  const memberships = createMemory<ReadonlySet<string>>(MEMBERS_TTL_MS, now);

  async function membersWith(
    { workspaceId, personId }: Asked,
    channel: string,
  ): Promise<ReadonlySet<string>> {
    const key = `${workspaceId} ${channel}`;
    const read = async () => readMembers(await clientFor(workspaceId), channel);
    const members = await memberships.get(key, read);
    if (members.has(personId)) return members;
    memberships.forget(key);
    return memberships.get(key, read);
  }

  /** Everybody in any of these channels, as far as Slack says; `trouble` where it does not say it of all. */
  return async (asked: Asked) => {
    const read = await Promise.allSettled(asked.channels.map((channel) => membersWith(asked, channel)));
    const members = new Set(read.flatMap((one) => (one.status === "fulfilled" ? [...one.value] : [])));
    const failed = read.find((one) => one.status === "rejected");
    return { members, trouble: failed && toError(failed.reason) };
  };
}

/** Where we may post is remembered for a while, since every goal asks; where we may not, somebody may invite us at any moment. */
function createBotMayPost(clientFor: ClientFor, now: () => number): People["botMayPost"] {
  const known = createMemory<boolean>(MEMBERS_TTL_MS, now);
  return async (workspaceId, channelId) => {
    const key = `${workspaceId} ${channelId}`;
    const mayPost = await known.get(key, async () => isOpenToUs(await clientFor(workspaceId), channelId));
    if (!mayPost) known.forget(key);
    return mayPost;
  };
}

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

function unknownOnly(error: unknown): OutsideFailure {
  if (error instanceof OutsideFailure && isUnknown(error)) return error;
  throw error;
}

/** No bot, no guest, nobody from another company, nobody who left: who may decide here. */
export const isFullMember = ({ isBot, isGuest, isStranger, isDeleted }: Person): boolean =>
  !isBot && !isGuest && !isStranger && !isDeleted;

function toLocalTime(instant: number, timeZone: string): string {
  const shape = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone } as const;
  return new Intl.DateTimeFormat("en-GB", shape).format(instant).replace(",", "");
}
