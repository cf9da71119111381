import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { WebClient } from "@slack/web-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { refusalOf, type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";
import { createManualClock, type ManualClock } from "#test/support/manual-clock.ts";

const GENERAL = "C01GENERAL";
let slack: StartedSlack;
let clock: ManualClock;

beforeAll(async () => {
  clock = createManualClock();
  slack = await startLocalSlack({ clock });
});
afterAll(() => slack.close());

async function raw(method: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const response = await fetch(`${slack.apiUrl}${method}`, { method: "POST", ...init });
  return (await response.json()) as Record<string, unknown>;
}

describe("tokens", () => {
  test("are asked for, known, and each for its own methods", async () => {
    const { botToken, appToken } = slack.slack.credentials;
    const call = (method: string, token?: string) =>
      raw(method, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
    expect(await call("auth.test")).toEqual({ ok: false, error: "not_authed" });
    expect(await call("auth.test", "xoxb-wrong")).toEqual({ ok: false, error: "invalid_auth" });
    expect(await call("auth.test", appToken)).toEqual({ ok: false, error: "not_allowed_token_type" });
    expect(await call("apps.connections.open", botToken)).toEqual({
      ok: false,
      error: "not_allowed_token_type",
    });
    expect(await call("auth.test", botToken)).toMatchObject({
      ok: true,
      team_id: "T01LOCAL",
      user_id: "UCSIGN01",
    });
    expect(await call("api.test")).toMatchObject({ ok: true });
  });

  test("lie in a file that only its owner can read, and stay the same", async () => {
    const file = join(slack.dir, "credentials.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(slack.slack.credentials);
  });

  test("come in a form's body or in JSON as well", async () => {
    const token = slack.slack.credentials.botToken;
    expect(await raw("auth.test", { body: new URLSearchParams({ token }) })).toMatchObject({ ok: true });
    const json = {
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ user: "U02BOB" }),
    };
    expect(await raw("users.info", json)).toMatchObject({ ok: true, user: { real_name: "Bob" } });
    expect(await raw("users.info", { ...json, body: "{" })).toEqual({ ok: false, error: "invalid_json" });
  });
});

test("an unknown method is refused and said aloud", async () => {
  expect(await refusalOf(slack.client().apiCall("chat.shout", { channel: GENERAL }))).toBe("unknown_method");
  expect(slack.lines.at(-1)).toMatch(/UNKNOWN METHOD chat\.shout/);
});

test("a scope that the manifest does not ask for is missing", async () => {
  const scopes = new Set(["chat:write", "users:read"]);
  const strict = await startLocalSlack({ grants: { scopes, events: undefined, commands: undefined } });
  try {
    const client = strict.client();
    const call = client.conversations.history({ channel: GENERAL });
    await expect(call).rejects.toMatchObject({
      data: { error: "missing_scope", needed: "channels:history", provided: "chat:write,users:read" },
    });
    const { user } = await client.users.info({ user: "U01ALICE" });
    expect(user?.profile).not.toHaveProperty("email");
    const custom = client.chat.postMessage({ channel: GENERAL, text: "x", username: "Somebody else" });
    expect(await refusalOf(custom)).toBe("missing_scope");
  } finally {
    await strict.close();
  }
});

describe("history", () => {
  async function talk(count: number): Promise<string[]> {
    const made: string[] = [];
    for (let index = 0; index < count; index += 1) {
      clock.advance(1000);
      const { body } = await slack.post("message", {
        user: "U01ALICE",
        channel: "C02DEPLOYS",
        text: `${index}`,
      });
      made.push(String(body["ts"]));
    }
    return made;
  }

  test("comes in pages, newest first, and within a window", async () => {
    const made = await talk(5);
    const client = slack.client();
    const channel = "C02DEPLOYS";
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.conversations.history({ channel, limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...(page.messages ?? []).map((message) => String(message.ts)));
      cursor = page.response_metadata?.next_cursor;
      expect(page.has_more).toBe(Boolean(cursor));
    } while (cursor);
    expect(seen).toEqual(made.toReversed());
    const [, second, , fourth] = made;
    const window = { channel, oldest: String(second), latest: String(fourth) };
    expect((await client.conversations.history(window)).messages).toHaveLength(1);
    expect((await client.conversations.history({ ...window, inclusive: true })).messages).toHaveLength(3);
    expect(await refusalOf(client.conversations.history({ channel, cursor: "nonsense" }))).toBe(
      "invalid_cursor",
    );
    expect(await refusalOf(client.conversations.history({ channel, limit: 5000 }))).toBe("invalid_arguments");
  });

  test("of a thread is oldest first and led by its parent on the first page", async () => {
    const [ts = ""] = await talk(1);
    const say = (text: string) =>
      slack.post("message", { user: "U02BOB", channel: "C02DEPLOYS", text, thread_ts: ts });
    await say("a");
    await say("b");
    const client = slack.client();
    const replies = await client.conversations.replies({ channel: "C02DEPLOYS", ts, limit: 2 });
    expect(replies.messages?.map((message) => message.text)).toEqual(["0", "a"]);
    expect(replies.has_more).toBe(true);
    const none = client.conversations.replies({ channel: "C02DEPLOYS", ts: "1763712000.000100" });
    expect(await refusalOf(none)).toBe("thread_not_found");
  });
});

describe("who and where", () => {
  test("people, guests, strangers, and groups", async () => {
    await slack.post("people", { id: "U05GINA", name: "Gina Guest", is_restricted: true });
    await slack.post("people", { id: "U06SAM", name: "Sam", is_stranger: true });
    const client = slack.client();
    const { members = [] } = await client.users.list({});
    expect(members.map(({ id }) => id)).toEqual([
      "U01ALICE",
      "U02BOB",
      "U03CAROL",
      "U04DAVE",
      "UCSIGN01",
      "U05GINA",
      "U06SAM",
    ]);
    expect(members.find(({ id }) => id === "U05GINA")).toMatchObject({ is_restricted: true, is_bot: false });
    expect(members.find(({ id }) => id === "U06SAM")).toMatchObject({
      is_stranger: true,
      team_id: "T02OTHER",
    });
    expect(await client.users.lookupByEmail({ email: "Bob@example.com" })).toMatchObject({
      user: { id: "U02BOB" },
    });
    expect(await refusalOf(client.users.lookupByEmail({ email: "x@example.com" }))).toBe("users_not_found");
    expect(await refusalOf(client.users.info({ user: "U99" }))).toBe("user_not_found");
    const { usergroups } = await client.usergroups.list({ include_users: true });
    expect(usergroups).toMatchObject([{ id: "S01LEADS", handle: "leads", users: ["U03CAROL", "U04DAVE"] }]);
    expect((await client.usergroups.users.list({ usergroup: "S01LEADS" })).users).toHaveLength(2);
    expect((await client.bots.info({ bot: "B01CSIGN" })).bot?.user_id).toBe("UCSIGN01");
    expect((await client.team.info({})).team?.id).toBe("T01LOCAL");
  });

  test("channels and direct messages", async () => {
    await slack.post("channels", { id: "C10LAB", name: "lab", members: ["U01ALICE", "U02BOB"] });
    const client = slack.client();
    const member = async () => (await client.conversations.info({ channel: "C10LAB" })).channel?.is_member;
    expect(await member()).toBe(false);
    expect((await client.conversations.members({ channel: "C10LAB" })).members).toEqual([
      "U01ALICE",
      "U02BOB",
    ]);
    await client.conversations.join({ channel: "C10LAB" });
    expect(await member()).toBe(true);
    expect((await slack.messages("C10LAB")).at(-1)).toMatchObject({
      subtype: "channel_join",
      user: "UCSIGN01",
    });
    const { channels = [] } = await client.conversations.list({ types: "public_channel" });
    expect(channels.map(({ name }) => name)).toEqual(["general", "deploys", "lab"]);
    expect((await client.conversations.open({ users: "U02BOB" })).channel?.id).toBe("D02BOB");
    expect(await refusalOf(client.conversations.open({ users: "U99" }))).toBe("user_not_found");
    expect((await client.conversations.info({ channel: "D02BOB" })).channel).toMatchObject({
      is_im: true,
      user: "U02BOB",
    });
    expect(await refusalOf(client.conversations.info({ channel: "C99" }))).toBe("channel_not_found");
  });
});

test("a reaction stays on its message, once", async () => {
  const client = slack.client();
  const { ts = "" } = await client.chat.postMessage({ channel: GENERAL, text: "x" });
  const react = () => client.reactions.add({ channel: GENERAL, timestamp: ts, name: "eyes" });
  await react();
  expect((await slack.messages(GENERAL)).at(-1)?.["reactions"]).toEqual([
    { name: "eyes", users: ["UCSIGN01"], count: 1 },
  ]);
  expect(await refusalOf(react())).toBe("already_reacted");
});

test("a file is uploaded by the real client, shared in a thread, and can be fetched", async () => {
  const client = slack.client();
  const { ts = "" } = await client.chat.postMessage({ channel: GENERAL, text: "Report" });
  await client.filesUploadV2({
    channel_id: GENERAL,
    thread_ts: ts,
    initial_comment: "The diff",
    content: "a < b",
    filename: "diff.txt",
  });
  const [, shared] = await slack.messages(GENERAL, ts);
  expect(shared).toMatchObject({ text: "The diff", files: [{ name: "diff.txt", size: 5 }] });
  const [file] = z.array(z.object({ url_private: z.url() })).parse(shared?.["files"]);
  const fetched = await fetch(String(file?.url_private));
  expect(await fetched.text()).toBe("a < b");
  expect(fetched.headers.get("content-disposition")).toMatch(/^attachment/);
  const { upload_url: url = "", file_id: id = "" } = await client.files.getUploadURLExternal({
    filename: "x",
    length: 3,
  });
  expect((await fetch(url, { method: "POST", body: "four" })).status).toBe(400);
  expect(await refusalOf(client.files.completeUploadExternal({ files: [{ id, title: "x" }] }))).toBe(
    "file_not_found",
  );
});

test("every call is kept without its token", async () => {
  const client = new WebClient(slack.slack.credentials.botToken, { slackApiUrl: slack.apiUrl });
  const { ts } = await client.chat.postMessage({ channel: "C02DEPLOYS", text: "Kept" });
  const { calls, dropped } = (await slack.get("calls")).body as { calls: unknown[]; dropped: number };
  expect(calls.at(-1)).toEqual({
    at: clock.nowMs(),
    method: "chat.postMessage",
    args: { channel: "C02DEPLOYS", text: "Kept" },
    ok: true,
    ts,
  });
  expect(dropped).toBe(0);
  expect(JSON.stringify(calls)).not.toContain("xoxb-");
});
