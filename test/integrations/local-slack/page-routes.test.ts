import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lookAt } from "#integrations/local-slack/page/look.ts";
import { pageRoutes } from "#integrations/local-slack/page/routes.ts";
import { addEphemeral, addMessage } from "#integrations/local-slack/state/messages.ts";
import { openState, readKey, type State } from "#integrations/local-slack/state.ts";

const NOW_MS = 1_763_712_000_000;
const GENERAL = "C01GENERAL";

let dir: string;
let state: State;
let page: Hono;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "page-"));
  state = openState(dir, () => NOW_MS);
  page = pageRoutes({ state, clock: { nowMs: () => NOW_MS, after: () => () => undefined } });
});

afterEach(() => {
  state.close();
  rmSync(dir, { recursive: true });
});

const text = async (path: string, cookie = "") => (await page.request(path, { headers: { cookie } })).text();
const see = (as: string, more: object = {}) => lookAt(state, { as, ...more }, {}, NOW_MS / 1000);
const badge = (as: string, place: string) =>
  [...see(as).channels, ...see(as).directs].find(({ id }) => id === place)?.mentions;

describe("the page over HTTP", () => {
  test("opens #general as Alice, with the hint", async () => {
    const markup = await text("/local");
    expect(markup).toContain("You are Alice.");
    expect(markup).toMatch(/<h1>#general<\/h1>/);
    expect(markup).toMatch(/^<!doctype html>/);
  });

  test("is where the server's own address leads", async () => {
    const { status, headers } = await page.request("/");
    expect([status, headers.get("location")]).toEqual([302, "/local"]);
  });

  test("lets nothing run but its own files", async () => {
    for (const path of ["/local", "/local/part"]) {
      const policy = (await page.request(path)).headers.get("content-security-policy");
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toContain("unsafe");
    }
    expect(await text("/local")).not.toMatch(/\son\w+=|\sstyle=|<script>/);
  });

  test("serves the stylesheet and every script that the scripts import", async () => {
    const style = await page.request("/local/page.css");
    expect(style.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(await style.text()).toContain(".composer");
    const seen = new Set<string>();
    const follow = async (name: string) => {
      if (seen.has(name)) return;
      seen.add(name);
      const script = await page.request(`/local/${name}`);
      expect(script.status, name).toBe(200);
      for (const [, next = ""] of (await script.text()).matchAll(/from "\.\/([\w.]+)"/g)) await follow(next);
    };
    await follow("client.js");
    expect(seen).toContain("morph.js");
  });

  test("keeps the zone and the hidden hint for the next time", async () => {
    const post = (body: string, cookie = "") =>
      page.request("/local/settings", { method: "POST", body, headers: { cookie } });
    const first = (await post('{"hint":"off"}')).headers.get("set-cookie")?.split(";")[0] ?? "";
    expect(await text("/local", first)).not.toContain("A Slack of its own");
    const second =
      (await post('{"zone":"Asia/Tokyo"}', first)).headers.get("set-cookie")?.split(";")[0] ?? "";
    const markup = await text("/local", second);
    expect(markup).toContain('data-zone="Asia/Tokyo"');
    expect(markup).not.toContain("A Slack of its own");
  });

  test.each(['{"zone":"Mars/Olympus"}', '{"hint":"on"}', "no json"])(
    "refuses %s as settings",
    async (body) => {
      const answer = await page.request("/local/settings", { method: "POST", body });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: "bad_input", message: expect.stringMatching(/\w/) });
    },
  );

  test.each(["?as=U99NOBODY", "?in=C99", "?thread=soon", "?at=moon", "?as=<script>"])(
    "%s shows the first view",
    async (query) => {
      const markup = await text(`/local${query}`);
      expect(markup).toContain("You are Alice.");
      expect(markup).toContain("<h1>#general</h1>");
    },
  );

  test("a damaged cookie is no reason to fail", async () => {
    expect(await text("/local", "countersign_page=%7Bbroken")).toContain("You are Alice.");
  });
});

describe("what a person sees", () => {
  test("replies stand in the thread and are counted in the channel", () => {
    const parent = addMessage(state, GENERAL, { user: "U02BOB", text: "A question" });
    addMessage(state, GENERAL, { user: "U03CAROL", text: "An answer", thread_ts: parent.ts });
    const { open, thread } = see("U01ALICE", { in: GENERAL, thread: parent.ts });
    if (open.kind !== "conversation") throw new Error("A channel should be open.");
    expect(open.conversation.messages.map(({ text }) => text)).toEqual(["A question"]);
    expect(open.conversation.messages[0]?.replies?.count).toBe(1);
    expect(thread?.replies.map(({ text, author }) => [author.name, text])).toEqual([["Carol", "An answer"]]);
  });

  test("an ephemeral is seen by one person, in its place in time", () => {
    addMessage(state, GENERAL, { user: "U02BOB", text: "one" });
    addEphemeral(
      state,
      { channel: GENERAL, to: "U01ALICE" },
      { user: "UCSIGN01", bot_id: "B01CSIGN", text: "psst" },
    );
    addMessage(state, GENERAL, { user: "U02BOB", text: "two" });
    const texts = (as: string) => {
      const { open } = see(as);
      return open.kind === "conversation" ? open.conversation.messages.map(({ text }) => text) : [];
    };
    expect(texts("U01ALICE")).toEqual(["one", "psst", "two"]);
    expect(texts("U02BOB")).toEqual(["one", "two"]);
  });

  test("a mention counts for the mentioned, their group and everybody, until it is read", () => {
    addMessage(state, GENERAL, { user: "U01ALICE", text: "<@U02BOB> and <!subteam^S01LEADS>" });
    const last = addMessage(state, GENERAL, { user: "U01ALICE", text: "<!here>" });
    expect(["U01ALICE", "U02BOB", "U03CAROL"].map((id) => badge(id, GENERAL))).toEqual([0, 2, 2]);
    expect(see("U01ALICE").actAs.map(({ mentions }) => mentions)).toEqual([0, 2, 2, 2]);
    state.change({}, () => state.reads.put(readKey("U02BOB", GENERAL), last.ts));
    expect(badge("U02BOB", GENERAL)).toBe(0);
    expect(badge("U03CAROL", GENERAL)).toBe(2);
  });

  test("a mention in a thread waits there, however far the channel was read", () => {
    const parent = addMessage(state, GENERAL, { user: "UCSIGN01", bot_id: "B01CSIGN", text: "Goal" });
    const blocks = [{ type: "section", text: { type: "mrkdwn", text: "<@U02BOB>, tag it?" } }];
    addMessage(state, GENERAL, {
      user: "UCSIGN01",
      bot_id: "B01CSIGN",
      text: "Tag?",
      blocks,
      thread_ts: parent.ts,
    });
    const last = addMessage(state, GENERAL, { user: "U01ALICE", text: "later" });
    state.change({}, () => state.reads.put(readKey("U02BOB", GENERAL), last.ts));
    const { open } = see("U02BOB");
    expect(badge("U02BOB", GENERAL)).toBe(1);
    expect(open.kind === "conversation" && open.conversation.messages[0]?.replies?.mentions).toBe(1);
    state.change({}, () => state.reads.put(readKey("U02BOB", GENERAL, parent.ts), last.ts));
    expect(badge("U02BOB", GENERAL)).toBe(0);
  });

  test("in a direct message everything from the app counts", () => {
    addMessage(state, "D02BOB", { user: "UCSIGN01", bot_id: "B01CSIGN", text: "For you" });
    expect(badge("U02BOB", "D02BOB")).toBe(1);
    expect(see("U01ALICE").directs.map(({ id }) => id)).toEqual(["D01ALICE"]);
  });

  test("of many messages the newest are drawn, and it says how many are not", () => {
    state.change({}, () => {
      for (let count = 1; count <= 230; count += 1)
        addMessage(state, GENERAL, { user: "U02BOB", text: `m${count}` });
    });
    const { open } = see("U01ALICE");
    if (open.kind !== "conversation") throw new Error("A channel should be open.");
    expect(open.conversation.messages).toHaveLength(100);
    expect(open.conversation.messages.at(-1)?.text).toBe("m230");
    expect(open.conversation.hidden).toBe(130);
  });
});
