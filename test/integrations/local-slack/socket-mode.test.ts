import { App, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";
import { createManualClock, type ManualClock } from "#test/support/manual-clock.ts";
import { type RecordingApp, startRecordingApp } from "#test/support/recording-app.ts";

const GENERAL = "C01GENERAL";
let slack: StartedSlack;
let http: RecordingApp;
let app: App;
let receiver: SocketModeReceiver;
let clock: ManualClock;

beforeEach(async () => {
  clock = createManualClock();
  http = await startRecordingApp();
  slack = await startLocalSlack({ clock, requestUrl: http.url });
  const { appToken, botToken } = slack.slack.credentials;
  const clientOptions = { slackApiUrl: slack.apiUrl };
  receiver = new SocketModeReceiver({
    appToken,
    logLevel: LogLevel.ERROR,
    installerOptions: { clientOptions },
    clientPingTimeout: 5_000, // a busy machine must not look like a dead connection
  });
  app = new App({ token: botToken, receiver, clientOptions, logLevel: LogLevel.ERROR });
});
afterEach(async () => {
  await receiver.client.disconnect();
  await slack.close();
  await http.close();
});

const slash = (text: string) => slack.post("slash", { user: "U01ALICE", channel: GENERAL, text });
const connected = () =>
  slack.slack.state.calls.all().filter(({ method }) => method === "apps.connections.open");

test("events, commands, clicks and forms go over the socket, and their answers come back", async () => {
  const heard: string[] = [];
  app.message("hello", async () => void heard.push("message"));
  app.command("/goal", async ({ ack, command, client }) => {
    const block = {
      type: "input",
      block_id: "b",
      label: { type: "plain_text", text: "x" },
      element: { type: "plain_text_input", action_id: "v" },
    } as const;
    const title = { type: "plain_text", text: "Form" } as const;
    await client.views.open({
      trigger_id: command.trigger_id,
      view: { type: "modal", callback_id: "form", title, submit: title, blocks: [block] },
    });
    await ack("On it");
  });
  app.action("go", async ({ ack }) => {
    heard.push("click");
    await ack();
  });
  app.view("form", ({ ack }) => ack({ response_action: "errors", errors: { b: "No." } }));
  await app.start();

  await slack.post("message", { user: "U01ALICE", channel: GENERAL, text: "hello" });
  expect((await slash("x")).body["response"]).toEqual({ text: "On it" });
  const { body } = await slack.get("view?user=U01ALICE");
  const view_id = (body["view"] as { id: string }).id;
  const submitted = await slack.post("submit", { user: "U01ALICE", view_id, values: { b: { v: "x" } } });
  expect(submitted.body["errors"]).toEqual({ b: "No." });
  const blocks = [
    {
      type: "actions",
      elements: [{ type: "button", action_id: "go", text: { type: "plain_text", text: "Go" } }],
    },
  ];
  const { ts } = (await slack
    .client()
    .apiCall("chat.postMessage", { channel: GENERAL, text: "x", blocks })) as { ts?: string };
  expect(
    (await slack.post("click", { user: "U01ALICE", channel: GENERAL, ts, action_id: "go" })).status,
  ).toBe(200);
  await expect.poll(() => new Set(heard)).toEqual(new Set(["click", "message"]));
  expect(http.requests).toEqual([]);
});

test("a client that is asked to refresh connects anew; without one everything goes over HTTP", async () => {
  app.command("/goal", ({ ack }) => ack("Socket"));
  await app.start();
  expect((await slack.post("sockets/disconnect", {})).body).toEqual({ asked: 1 });
  await expect.poll(() => connected().length).toBe(2);
  await expect.poll(async () => (await slash("x")).body["response"]).toEqual({ text: "Socket" });
  await receiver.client.disconnect();
  await expect.poll(async () => (await slash("x")).body["response"]).toBeNull();
  expect(http.requests.length).toBeGreaterThan(0);
});

test("what is not acknowledged over the socket in three seconds fails", async () => {
  const stuck = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  app.command("/goal", async () => {
    reached.resolve();
    await stuck.promise;
  });
  await app.start();
  const failed = slash("x");
  await reached.promise;
  clock.advance(3000);
  expect(await failed).toMatchObject({ status: 409, body: { error: "operation_timeout" } });
  stuck.resolve();
});

test("an address for a connection is good once, and only for 30 seconds", async () => {
  const address = async () => {
    const headers = { authorization: `Bearer ${slack.slack.credentials.appToken}` };
    const response = await fetch(`${slack.apiUrl}apps.connections.open`, { method: "POST", headers });
    return String(((await response.json()) as { url: string }).url);
  };
  const outcome = (url: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url);
      socket.on("message", (data) => {
        socket.close();
        resolve(JSON.parse(String(data)).type);
      });
      socket.on("error", (problem) => resolve(problem.message));
    });
  const url = await address();
  expect(await outcome(url)).toBe("hello");
  expect(await outcome(url)).toMatch(/403/);
  const late = await address();
  clock.advance(30_001);
  expect(await outcome(late)).toMatch(/403/);
  expect(await outcome(url.replace(/ticket=\w+/, "ticket=guessed"))).toMatch(/403/);
});
