import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";

let slack: StartedSlack;
beforeAll(async () => {
  slack = await startLocalSlack();
});
afterAll(() => slack.close());

/** By node:http, because fetch sets the Host header by itself. */
function get(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${slack.url}${path}`, { headers }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    });
    sent.on("error", reject);
    sent.end();
  });
}

const MESSAGES = "/local/api/messages?channel=C01GENERAL";

describe("the page and its JSON", () => {
  test.each(["127.0.0.1:3000", "localhost", "localhost:4000", "[::1]:3000"])(
    "are there for Host %s",
    async (host) => {
      expect((await get(MESSAGES, { host })).status).toBe(200);
      expect((await get("/local", { host })).status).toBe(200);
    },
  );

  test.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:3000", "192.168.1.5:3000"])(
    "refuse Host %s and say how to reach them",
    async (host) => {
      for (const path of [MESSAGES, "/local", "/local/part"]) {
        const { status, body } = await get(path, { host });
        expect(status).toBe(403);
        expect(JSON.parse(body)).toMatchObject({
          error: "foreign_host",
          message: expect.stringContaining("ssh -L"),
        });
      }
    },
  );

  test.each([
    ["https://evil.example", 403],
    ["null", 403],
    ["http://127.0.0.1:3000", 200],
    ["http://localhost:4000", 403],
    ["http://localhost:3000", 403],
    ["http://127.0.0.1", 403],
  ])("answer Origin %s with %i", async (origin, status) => {
    expect((await get(MESSAGES, { host: "127.0.0.1:3000", origin })).status).toBe(status);
  });

  test("answer their own page also through a tunnel to another port", async () => {
    const tunnel = { host: "localhost:4000", origin: "http://localhost:4000" };
    expect((await get(MESSAGES, tunnel)).status).toBe(200);
  });

  test("say what is wrong with a request", async () => {
    const broken = await fetch(`${slack.url}/local/api/message`, { method: "POST", body: "{" });
    expect([broken.status, await broken.json()]).toMatchObject([400, { error: "bad_input" }]);
    expect(await slack.post("message", { user: "U01ALICE", channel: "C01GENERAL", text: " " })).toMatchObject(
      {
        status: 400,
        body: { error: "bad_input", message: expect.stringContaining("text") },
      },
    );
    expect(await slack.get("messages")).toMatchObject({ status: 400 });
    expect(await slack.get("messages?channel=C99")).toMatchObject({ status: 404 });
    expect(await slack.get("view?user=U99")).toMatchObject({ status: 404 });
    expect(await slack.get("ephemerals")).toMatchObject({ status: 400 });
  });
});

test("the app's side asks for its token instead, whatever the Host", async () => {
  const { status, body } = await get("/local/slack/api/auth.test", { host: "evil.example" });
  expect([status, JSON.parse(body)]).toEqual([200, { ok: false, error: "not_authed" }]);
});

test("the stream tells of each visible change, and ends with the server", async () => {
  const abort = new AbortController();
  const response = await fetch(`${slack.url}/local/api/stream`, { signal: abort.signal });
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  const until = async (wanted: string) => {
    while (!seen.includes(wanted)) seen += (await reader?.read())?.value ?? "";
  };
  await until("event: open");
  await slack.post("message", { user: "U01ALICE", channel: "C02DEPLOYS", text: "x" });
  await until('event: changed\ndata: {"channel":"C02DEPLOYS"}');
  await slack.client().chat.postEphemeral({ channel: "C02DEPLOYS", user: "U02BOB", text: "x" });
  await until('event: changed\ndata: {"channel":"C02DEPLOYS","user":"U02BOB"}');
  await slack.post("read", { user: "U03CAROL", channel: "C02DEPLOYS", ts: "1763712000.000100" });
  await until('event: changed\ndata: {"user":"U03CAROL"}');
  abort.abort();
});
