import { Hono } from "hono";
import { expect, test } from "vitest";
import { serve } from "#test/support/far-side.ts";
import { answered, CALLBACK_SECRET, signedCallback } from "#test/support/signed-callback.ts";
import { type CallbackHandlerOptions, createCallbackHandler } from "../../sdk/src/callback-handler.ts";
import { toNodeListener } from "../../sdk/src/node-listener.ts";

function receiver(options: Partial<CallbackHandlerOptions> = {}) {
  const seen: string[] = [];
  const handle = createCallbackHandler({
    secret: CALLBACK_SECRET,
    resume: async ({ metadata }) => void seen.push(metadata.workflow_id),
    ...options,
  });
  const post = async (init: RequestInit = signedCallback()) => {
    const response = await handle(new Request("http://agent/resume", init));
    return { status: response.status, body: await response.json() };
  };
  return { handle, post, seen };
}

const PROCESSED = { status: 200, body: { status: "already processed" } };
const RESUMED = { status: 200, body: { status: "resumed", workflow_id: "wf-1" } };

test("a callback is answered as documented, and the same one again is not processed again", async () => {
  const { post, seen } = receiver();
  const callback = signedCallback();
  expect(await post(callback)).toEqual(RESUMED);
  expect(await post(callback)).toEqual(PROCESSED);
  expect(await post(signedCallback({ id: callback.headers["webhook-id"], body: callback.body }))).toEqual(
    PROCESSED,
  );
  expect(seen).toEqual(["wf-1"]);
});

test("one that an agent has used the checkpoint of is told so too", async () => {
  expect(await receiver({ resume: async () => "already processed" }).post()).toEqual(PROCESSED);
});

test("the same one twice at once is processed once; the second is sent away to come again", async () => {
  const going = Promise.withResolvers<void>();
  const { post } = receiver({ resume: () => going.promise });
  const callback = signedCallback();
  const first = post(callback);
  expect(await post(callback)).toEqual({ status: 503, body: { status: "in progress" } });
  going.resolve();
  expect(await first).toEqual(RESUMED);
  expect(await post(callback)).toEqual(PROCESSED);
});

test("work that takes longer than the sender waits goes on, and is found processed when it comes again", async () => {
  const going = Promise.withResolvers<void>();
  const { post } = receiver({ resume: () => going.promise, answerWithinMs: 20 });
  const callback = signedCallback();
  expect((await post(callback)).status).toBe(503);
  going.resolve();
  await expect.poll(() => post(callback)).toEqual(PROCESSED);
});

test("what fails is told to the owner, not to the sender, and is tried again when it comes again", async () => {
  const told: unknown[] = [];
  const broken = [new Error("the database password is hunter2")];
  const resume = async () => {
    for (const error of broken) throw error;
  };
  const { post } = receiver({ resume, onError: (error) => told.push(error) });
  const callback = signedCallback();
  expect(await post(callback)).toEqual({ status: 500, body: { status: "failed" } });
  expect(String(told)).toContain("hunter2");
  broken.pop();
  expect(await post(callback)).toEqual(RESUMED);
});

test("what is not from Countersign does nothing", async () => {
  const { post, seen } = receiver();
  const callback = signedCallback();
  const refused = { status: 401, body: { status: "refused", reason: expect.any(String) } };
  expect(await post(signedCallback({ secret: "another secret, as long as it" }))).toEqual(refused);
  expect(await post({ ...callback, body: answered("wf-2") })).toEqual(refused);
  expect(await post({ method: "POST", body: callback.body })).toEqual(refused);
  expect((await post({ method: "GET" })).status).toBe(405);
  expect((await post({ ...callback, body: "x".repeat(1_100_000) })).status).toBe(413);
  expect(await post(signedCallback({ body: '{"event_type":"code.approved"}' }))).toEqual({
    ...{ status: 200, body: { status: "ignored" } },
  });
  expect(seen).toEqual([]);
});

test("it answers under Hono", async () => {
  const { handle } = receiver();
  const app = new Hono().post("/resume", (c) => handle(c.req.raw));
  expect(await (await app.request("/resume", signedCallback())).json()).toEqual(RESUMED.body);
});

test("it answers under node:http, where it may be too large to be read", async () => {
  const { handle } = receiver();
  const url = await serve(toNodeListener(handle));
  const post = async (init: RequestInit) => {
    const response = await fetch(`${url}/resume`, init);
    return { status: response.status, body: await response.json() };
  };
  const callback = signedCallback();
  expect(await post(callback)).toEqual(RESUMED);
  expect(await post(callback)).toEqual(PROCESSED);
  expect((await post({ ...callback, body: "x".repeat(2_000_000) })).status).toBe(413);
  const broken = await serve(toNodeListener(async () => Promise.reject(new Error("hunter2"))));
  const answer = await fetch(broken, callback);
  expect([answer.status, await answer.text()]).toEqual([500, ""]);
});
