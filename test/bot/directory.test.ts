import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Directory } from "#bot/outside/requests/directory.ts";
import { createSlackClient } from "#bot/slack/clients.ts";
import { createDirectory } from "#bot/slack/directory.ts";
import { createPeople } from "#bot/slack/people.ts";
import { createReadAll } from "#bot/slack/read-directory.ts";
import { OutsideFailure } from "#engine/errors.ts";
import { readGrants } from "#integrations/local-slack/manifest.ts";
import { type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";

const WORKSPACE = "T01LOCAL";
const [ALICE, BOB, CAROL] = ["U01ALICE", "U02BOB", "U03CAROL"] as const;

let slack: StartedSlack;
let directory: Directory;
let now: number;

async function begin(needs: Parameters<typeof startLocalSlack>[0] = {}): Promise<void> {
  slack = await startLocalSlack(needs);
  now = 0;
  const client = createSlackClient(slack.slack.credentials.botToken, { apiUrl: slack.apiUrl });
  const clientFor = () => client;
  const people = createPeople({ clientFor, now: () => now });
  directory = createDirectory({ people, clientFor, botUserId: "UCSIGN01", now: () => now });
}
// With no more rights than the manifest asks for.
beforeEach(() => begin({ grants: readGrants() }));
afterEach(() => slack.close());

const calls = (method: string) =>
  slack.slack.state.calls.all().filter((call) => call.method === method).length;
const addPerson = (id: string, more: object = {}) => slack.post("people", { id, name: id, ...more });
const addChannel = (id: string, more: object = {}) =>
  slack.post("channels", { id, name: id.toLowerCase(), members: [ALICE], bot_in: true, ...more });
const fault = (method: string, more: object = {}) =>
  slack.post("faults", { method, kind: "ratelimited", retry_after: 9, ...more });

describe("somebody by their e-mail address", () => {
  const byEmail = (email: string) => directory.personByEmail(WORKSPACE, email);

  test("is found, however it is written, and asked for once", async () => {
    expect(await byEmail("bob@example.com")).toBe(BOB);
    expect(await byEmail(" Bob@Example.com ")).toBe(BOB);
    expect(calls("users.lookupByEmail")).toBe(1);
    now += 60_001;
    expect(await byEmail("bob@example.com")).toBe(BOB);
    expect(calls("users.lookupByEmail")).toBe(2);
  });

  test("is nobody where Slack knows none, and guesses do not use up what we may ask", async () => {
    expect(await byEmail("nobody@example.com")).toBeNull();
    expect(await byEmail("nobody@example.com")).toBeNull();
    expect(calls("users.lookupByEmail")).toBe(1);
    await addPerson("U10NEW", { email: "nobody@example.com" });
    now += 60_001;
    expect(await byEmail("nobody@example.com")).toBe("U10NEW");
  });

  test.each(["is_restricted", "is_ultra_restricted", "is_stranger", "is_bot"])(
    "is nobody with %s: only full members answer",
    async (flag) => {
      await addPerson("U10NOT", { email: "not@example.com", [flag]: true });
      expect(await byEmail("not@example.com")).toBeNull();
    },
  );

  test("is not guessed where Slack does not say, and the address stands in no error", async () => {
    await fault("users.lookupByEmail");
    const asked = byEmail("bob@example.com");
    await expect(asked).rejects.toBeInstanceOf(OutsideFailure);
    await expect(asked).rejects.toMatchObject({ system: "Slack", retryAfterMs: 9_000 });
    await expect(asked).rejects.toThrow(/^(?!.*bob@example)/);
    expect(await byEmail("bob@example.com")).toBe(BOB);
  });

  test("needs a scope that older installations lack: then it says which", async () => {
    await slack.close();
    const grants = readGrants();
    const scopes = new Set([...(grants.scopes ?? [])].filter((scope) => scope !== "users:read.email"));
    await begin({ grants: { ...grants, scopes } });
    await expect(byEmail("bob@example.com")).rejects.toThrow(/needs the scope users:read\.email/);
  });
});

describe("a full member", () => {
  const isFull = (id: string) => directory.isFullMember(WORKSPACE, id);

  test("is whom Slack calls one; whom it does not know is none", async () => {
    await addPerson("U10GUEST", { is_restricted: true });
    expect(await isFull(BOB)).toBe(true);
    for (const id of ["U10GUEST", "UCSIGN01", "U99NOBODY", "bob", "C01GENERAL", ""])
      expect(await isFull(id), id).toBe(false);
  });

  test("is nobody on a guess", async () => {
    await fault("users.info");
    await expect(isFull(BOB)).rejects.toBeInstanceOf(OutsideFailure);
  });
});

describe("a member's name", () => {
  const isTaken = (name: string) => directory.isMembersName(WORKSPACE, name);

  test.each([
    ["as it is", "Alice"],
    ["in capitals, spaced and dotted", " A.L i-c_E "],
    ["with accents", "Àlïçé"],
    ["in other alphabets", "Аliсе"], // А and с and е are Cyrillic
    ["in wide letters", "Ａｌｉｃｅ"],
    ["with letters that look alike", "A1ice"],
    ["with letters that nobody sees", "Ali\u200bce"],
    ["of the app itself", "countersign"],
    ["with two letters that read as one", "Dorninic"],
    ["with zeros", "B0b"],
    ["with strokes for letters", "A|ice"],
    ["in letters of other scripts that are drawn alike", "Ꭺlice"],
    ["in small capitals", "ʙob"],
    ["with an Armenian letter", "Bօb"],
    ["with a mark of ours behind it", "Bob · agent"],
    ["of Slack itself", "Slackbot"],
  ])("is taken %s", async (_, name) => {
    await addPerson("U10DOM", { name: "Dominic" });
    expect(await isTaken(name)).toBe(true);
  });

  test.each(["code-review-agent", "Alice's helper", "Alic", "🤖", "...", "|||", "x · y"])(
    "is nobody's: %s",
    async (name) => {
      expect(await isTaken(name)).toBe(false);
    },
  );

  test("of a guest is taken too; of another app it is not: that may be the agent's own", async () => {
    await addPerson("U10GUEST", { name: "Gus", is_restricted: true });
    await addPerson("U11BOT", { name: "review-bot", is_bot: true });
    expect(await isTaken("gus")).toBe(true);
    expect(await isTaken("Review Bot")).toBe(false);
  });

  test("is looked up once in ten minutes, over all pages", async () => {
    for (let i = 0; i < 1_100; i += 1)
      slack.slack.state.people.put(`U5${i}`, {
        ...{ id: `U5${i}`, name: `Person ${i}`, timeZone: "UTC" },
        ...{ isBot: false, isRestricted: false, isUltraRestricted: false, isStranger: false },
      });
    expect(await isTaken("person 1099")).toBe(true);
    expect(await isTaken("person 1100")).toBe(false);
    expect(calls("users.list")).toBe(2);
    await addPerson("U10LATE", { name: "Person 1100" });
    now += 10 * 60_001;
    expect(await isTaken("person 1100")).toBe(true);
  });
});

describe("a list of many pages", () => {
  const PAGES = [["a"], ["b", "c"], ["d"]];
  /** Refuses the second page as often as it is told to. */
  function listThatFails(times: number, failure: Error) {
    const read: string[] = [];
    let left = times;
    const readAll = createReadAll(async (_, cursor) => {
      read.push(cursor);
      const at = Number(cursor);
      if (at === 1 && left-- > 0) throw failure;
      return { rows: PAGES[at] ?? [], cursor: at + 1 < PAGES.length ? String(at + 1) : "" };
    });
    return { read, readAll };
  }

  test("goes on where Slack limited us: else a large workspace would never be read", async () => {
    const limit = new OutsideFailure("Slack", "Wait.", { retryAfterMs: 1 });
    const { read, readAll } = listThatFails(2, limit);
    await expect(readAll(WORKSPACE)).rejects.toBe(limit);
    await expect(readAll(WORKSPACE)).rejects.toBe(limit);
    expect(await readAll(WORKSPACE)).toEqual(["a", "b", "c", "d"]);
    expect(read).toEqual(["", "1", "1", "1", "2"]);
    expect(await readAll(WORKSPACE)).toEqual(["a", "b", "c", "d"]);
  });

  test("begins anew after any other failure: its cursor may be good for nothing", async () => {
    const { read, readAll } = listThatFails(1, new OutsideFailure("Slack", "No."));
    await expect(readAll(WORKSPACE)).rejects.toThrow("No.");
    expect(await readAll(WORKSPACE)).toEqual(["a", "b", "c", "d"]);
    expect(read).toEqual(["", "1", "", "1", "2"]);
  });
});

describe("a channel", () => {
  const channel = (nameOrId: string) => directory.channel(WORKSPACE, nameOrId);

  test("goes by id or by name, where the bot is in it", async () => {
    await addChannel("C09OUT", { bot_in: false });
    await addChannel("C09OLD", { is_archived: true });
    expect(await channel("C01GENERAL")).toBe("C01GENERAL");
    expect(await channel("#general")).toBe("C01GENERAL");
    expect(await channel("General")).toBe("C01GENERAL");
    for (const other of ["C09OUT", "#c09out", "C09OLD", "#c09old", "C99NONE", "#none", "#", ""])
      expect(await channel(other), other).toBeNull();
    expect(calls("users.conversations")).toBe(1);
  });

  test("is no direct message: nobody is written to through the back door", async () => {
    expect(await channel("D02BOB")).toBeNull();
    expect(await channel(BOB)).toBeNull();
  });

  test("to which we were invited is known by its name a minute later", async () => {
    expect(await channel("#c09new")).toBeNull();
    await addChannel("C09NEW");
    now += 60_001;
    expect(await channel("#c09new")).toBe("C09NEW");
  });

  test.each(["users.conversations", "conversations.info"])("is not guessed when %s fails", async (method) => {
    await fault(method);
    await expect(channel("#general")).rejects.toMatchObject({ system: "Slack", retryAfterMs: 9_000 });
    expect(await channel("#general")).toBe("C01GENERAL");
  });
});

describe("the standing of somebody who answers", () => {
  const standing = (personId: string, channels: readonly string[], people: readonly string[] = []) =>
    directory.standing({ workspaceId: WORKSPACE, personId, channels, people, requester: "" });

  test("is that of any of the channels", async () => {
    await addChannel("C09ONE", { members: [ALICE] });
    await addChannel("C09TWO", { members: [BOB] });
    const both = ["C09ONE", "C09TWO"];
    expect(await standing(BOB, both)).toMatchObject({ isInChannel: true, othersMayAnswer: true });
    expect(await standing(CAROL, both)).toMatchObject({ isInChannel: false, isFullMember: true });
    expect(await standing(BOB, ["C09TWO"])).toMatchObject({ isInChannel: true, othersMayAnswer: false });
  });

  test("does not depend on a channel that nobody needs, and is no guess where somebody does", async () => {
    await addChannel("C09ONE", { members: [ALICE, BOB] });
    expect(await standing(BOB, ["C09ONE", "C99GONE"])).toMatchObject({ isInChannel: true });
    await expect(standing(CAROL, ["C09ONE", "C99GONE"])).rejects.toBeInstanceOf(OutsideFailure);
  });

  test("of named people does not depend on any channel", async () => {
    expect(await standing(BOB, ["C99GONE"], [BOB, CAROL])).toMatchObject({
      ...{ isFullMember: true, isInChannel: false, othersMayAnswer: true },
    });
  });
});
