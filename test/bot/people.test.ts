import { afterEach, beforeEach, expect, test } from "vitest";
import { createSlackClient } from "#bot/slack/clients.ts";
import { createPeople, type People } from "#bot/slack/people.ts";
import { OutsideFailure } from "#engine/errors.ts";
import { type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";

const WORKSPACE = "T01LOCAL";
const [ALICE, BOB, CAROL] = ["U01ALICE", "U02BOB", "U03CAROL"] as const;

let slack: StartedSlack;
let people: People;
let now: number;

beforeEach(async () => {
  slack = await startLocalSlack();
  now = 0;
  const client = createSlackClient(slack.slack.credentials.botToken, {
    apiUrl: slack.apiUrl,
    timeoutMs: 500,
  });
  people = createPeople({ clientFor: () => client, now: () => now });
});
afterEach(() => slack.close());

const calls = (method: string) =>
  slack.slack.state.calls.all().filter((call) => call.method === method).length;
const addPerson = (id: string, more: object = {}) => slack.post("people", { id, name: id, ...more });
const addChannel = (id: string, members: readonly string[], more: object = {}) =>
  slack.post("channels", { id, name: id.toLowerCase(), members, bot_in: true, ...more });
const standing = (personId: string, channel: string, named: readonly string[] = [], requester = ALICE) =>
  people.standing({ workspaceId: WORKSPACE, personId, channels: [channel], people: named, requester });

test("people are what Slack says of them", async () => {
  await addPerson("U10GUEST", { is_restricted: true });
  await addPerson("U11ONE", { is_ultra_restricted: true });
  await addPerson("U12OTHER", { is_stranger: true });
  await addPerson("U13BOT", { is_bot: true });
  expect(await people.person(WORKSPACE, BOB)).toEqual({
    ...{ id: BOB, name: "Bob", timeZone: "Europe/Berlin" },
    ...{ isBot: false, isGuest: false, isStranger: false, isDeleted: false },
  });
  expect(await people.person(WORKSPACE, "U10GUEST")).toMatchObject({ isGuest: true });
  expect(await people.person(WORKSPACE, "U11ONE")).toMatchObject({ isGuest: true });
  expect(await people.person(WORKSPACE, "U12OTHER")).toMatchObject({ isStranger: true });
  expect(await people.person(WORKSPACE, "U13BOT")).toMatchObject({ isBot: true });
});

test("people are remembered for ten minutes, and who asks meanwhile shares one call", async () => {
  await Promise.all([people.person(WORKSPACE, BOB), people.person(WORKSPACE, BOB)]);
  now += 9 * 60_000;
  await people.person(WORKSPACE, BOB);
  expect(calls("users.info")).toBe(1);
  now += 60_001;
  await people.person(WORKSPACE, BOB);
  expect(calls("users.info")).toBe(2);
});

test("who was unknown, or a guest, is known as a full member after a minute", async () => {
  await expect(people.person(WORKSPACE, "U20NEW")).rejects.toThrow(OutsideFailure);
  await addPerson("U10GUEST", { is_restricted: true });
  expect(await people.person(WORKSPACE, "U10GUEST")).toMatchObject({ isGuest: true });
  await addPerson("U20NEW");
  await addPerson("U10GUEST");
  now += 59_000;
  await expect(people.person(WORKSPACE, "U20NEW")).rejects.toThrow(OutsideFailure);
  now += 1_001;
  expect(await people.person(WORKSPACE, "U20NEW")).toMatchObject({ id: "U20NEW", isGuest: false });
  expect(await people.person(WORKSPACE, "U10GUEST")).toMatchObject({ isGuest: false });
});

test("a full member of the channel may answer, with others beside them", async () => {
  expect(await standing(BOB, "C01GENERAL")).toEqual({
    ...{ id: BOB, isFullMember: true, isInChannel: true, othersMayAnswer: true },
  });
});

test.each(["is_restricted", "is_ultra_restricted", "is_stranger", "is_bot"])(
  "with %s nobody is a full member",
  async (flag) => {
    await addPerson("U10NOT", { [flag]: true });
    expect(await standing("U10NOT", "C01GENERAL")).toMatchObject({ isFullMember: false, isInChannel: true });
  },
);

test("guests, strangers, bots and the one who asked do not count as others", async () => {
  await addPerson("U10GUEST", { is_restricted: true });
  await addPerson("U12OTHER", { is_stranger: true });
  await addChannel("C09TEAM", [ALICE, "U10GUEST", "U12OTHER"]);
  expect(await standing(ALICE, "C09TEAM")).toMatchObject({ othersMayAnswer: false });
  await addChannel("C09TEAM", [ALICE, "U10GUEST", "U12OTHER", CAROL]);
  now += 30_001;
  expect(await standing(ALICE, "C09TEAM")).toMatchObject({ othersMayAnswer: true });
  expect(await standing(CAROL, "C09TEAM")).toMatchObject({ othersMayAnswer: false });
});

test("where people are named only they count as others, whoever is in the channel", async () => {
  await addPerson("U10GUEST", { is_restricted: true });
  expect(await standing(ALICE, "C01GENERAL", [ALICE, "U10GUEST", "U99NOBODY"])).toMatchObject({
    othersMayAnswer: false,
  });
  expect(await standing(ALICE, "C01GENERAL", [ALICE, BOB])).toMatchObject({ othersMayAnswer: true });
});

test("who joins a channel may answer at once, in a channel of many pages too", async () => {
  const many = Array.from({ length: 1_500 }, (_, i) => `U2${i}`);
  await addChannel("C09TEAM", many);
  expect(await standing(BOB, "C09TEAM", [BOB, CAROL])).toMatchObject({
    isInChannel: false,
    isFullMember: true,
  });
  await addChannel("C09TEAM", [...many, BOB]);
  expect(await standing(BOB, "C09TEAM", [BOB, CAROL])).toMatchObject({ isInChannel: true });
});

test.each(["users.info", "conversations.members"])(
  "when %s fails nobody answers on a guess",
  async (method) => {
    await slack.post("faults", { method, kind: "ratelimited", retry_after: 9 });
    const asked = standing(BOB, "C01GENERAL");
    await expect(asked).rejects.toBeInstanceOf(OutsideFailure);
    await expect(asked).rejects.toMatchObject({ system: "Slack", retryAfterMs: 9_000 });
    expect(await standing(BOB, "C01GENERAL")).toMatchObject({ isFullMember: true });
  },
);

test("names come by id, and who is not known keeps the id", async () => {
  expect(await people.names(WORKSPACE, [ALICE, "U99NOBODY", ALICE])).toEqual(
    new Map([
      [ALICE, "Alice"],
      ["U99NOBODY", "U99NOBODY"],
    ]),
  );
});

test("a moment is told as the person's clock shows it", async () => {
  await addPerson("U14TOKYO", { tz: "Asia/Tokyo" });
  const instant = Date.UTC(2026, 10, 24, 23, 5);
  expect(await people.localTime(WORKSPACE, BOB, instant)).toBe("Wed 00:05");
  expect(await people.localTime(WORKSPACE, "U14TOKYO", instant)).toBe("Wed 08:05");
});

test("the bot may post where it is a member and nothing is archived", async () => {
  await addChannel("C09OUT", [ALICE], { bot_in: false });
  await addChannel("C09OLD", [ALICE], { is_archived: true });
  const may = (channel: string) => people.botMayPost(WORKSPACE, channel);
  expect(await may("C01GENERAL")).toBe(true);
  expect(await may("D02BOB")).toBe(true);
  expect(await may("C09OUT")).toBe(false);
  expect(await may("C09OLD")).toBe(false);
  expect(await may("C99NONE")).toBe(false);
  await slack.post("faults", { method: "conversations.info", kind: "http_500" });
  await expect(may("C02DEPLOYS")).rejects.toBeInstanceOf(OutsideFailure);
  expect(await may("C01GENERAL")).toBe(true); // remembered: fifty goals a minute are no fifty calls
});

test("whom Slack does not know is asked for once: made-up ids must not use up what we may ask", async () => {
  await people.names(WORKSPACE, ["U99NOBODY"]);
  expect(await people.names(WORKSPACE, ["U99NOBODY", BOB])).toEqual(
    new Map([
      ["U99NOBODY", "U99NOBODY"],
      [BOB, "Bob"],
    ]),
  );
  await expect(people.person(WORKSPACE, "U99NOBODY")).rejects.toThrow(OutsideFailure);
  expect(calls("users.info")).toBe(2);
  now += 10 * 60_001;
  await people.names(WORKSPACE, ["U99NOBODY"]);
  expect(calls("users.info")).toBe(3);
});
