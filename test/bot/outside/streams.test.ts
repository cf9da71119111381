import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { type AddressInfo, connect as connectSocket, type Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import postgres from "postgres";
import { afterEach, describe, expect, it, vi } from "vitest";
import { listenForNews } from "#bot/news.ts";
import { createStreams } from "#bot/outside/streams/streams.ts";
import { createTails } from "#bot/outside/streams/tails.ts";
import { loadRun } from "#db/load.ts";
import { createStore } from "#db/store.ts";
import { createEngine } from "#engine/engine.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { brief, command } from "#test/support/sample-run.ts";
import { openStream } from "#test/support/sse.ts";
import { guided, tellFacts } from "#test/support/tell-facts.ts";

vi.setConfig({ testTimeout: 90_000 });
const { sql, url } = await testDatabase();
const engine = createEngine({ store: createStore(sql), clock: { now: Date.now }, newId: randomUUID });

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A server with streams of its own, as a process of ours has them. Counts its looks into the log. */
async function serve(
  options: { readonly beatMs?: number; readonly stallMs?: number; readonly goodbyeMs?: number } = {},
) {
  const looks: string[] = [];
  const warned: string[] = [];
  const own = postgres(url, {
    ...{ max: 2, onnotice: () => {}, connection: { application_name: "streams" } },
    debug: (_, query) => void (/from facts/.test(query) && looks.push(query)),
  });
  const log = { warn: (message: string) => warned.push(message) } as never;
  const news = await listenForNews(own);
  const streams = createStreams({ tails: createTails({ sql: own, news, log }), log, ...options });
  const app = new Hono().get("/:run/:after", async (c) => {
    const run = await loadRun(own, "T01LOCAL", c.req.param("run"));
    if (!run) throw new Error("There is no such run.");
    const followed = { id: run.id, workspaceId: run.workspaceId, seq: run.seq, correlationId: "corr" };
    const { outgoing } = c.env as { readonly outgoing: { destroy(): void } };
    const body = streams.open(followed, Number(c.req.param("after")), () => outgoing.destroy());
    return c.body(body, 200, { "content-type": "text/event-stream" });
  });
  const server = createServer(getRequestListener((request, env) => app.fetch(request, env)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = (server.address() as AddressInfo).port;
  open.push(async () => {
    await streams.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await news.close();
    await own.end({ timeout: 5 });
  });
  const at = (run: string, after = 0) => `http://127.0.0.1:${port}/${run}/${after}`;
  const connections = () =>
    new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  return { streams, looks, warned, port, at, connections };
}

let goals = 0;
/** A run that goes on, with three facts. */
async function newRun(): Promise<string> {
  const id = randomUUID();
  const asked = brief({ goalId: randomUUID(), goalNumber: ++goals });
  const request = { type: "request", brief: asked, plan: [command("build")] } as const;
  await engine.submit({ kind: "run", id, workspaceId: "T01LOCAL" }, request, "person:U01ALICE");
  return id;
}

const upTo = (last: number, from = 1) => Array.from({ length: last - from + 1 }, (_, i) => from + i);

describe("the streams of a process", () => {
  it("look into the log once for each piece of news, however many read", async () => {
    const { at, looks } = await serve();
    const run = await newRun();
    const readers = await Promise.all(Array.from({ length: 40 }, () => openStream(at(run), "key")));
    await expect.poll(() => readers.every(({ events }) => events.length === 4)).toBe(true);
    const before = looks.length;
    expect(before).toBeLessThan(5); // and not forty
    for (let i = 0; i < 10; i++) {
      const last = await tellFacts(sql, run, [guided(10)]);
      await expect.poll(() => readers.every((reader) => reader.ids().at(-1) === last)).toBe(true);
    }
    for (const reader of readers) expect(reader.ids()).toEqual(upTo(14));
    expect(looks.length - before).toBeLessThanOrEqual(20);
    for (const { leave } of readers) leave();
  });

  it("tell a story that is longer than what they keep, whole and in order", async () => {
    const { at } = await serve();
    const run = await newRun();
    const last = await tellFacts(sql, run, Array(1_500).fill(guided(1_000)));
    const [whole, late] = await Promise.all([openStream(at(run), "key"), openStream(at(run, 700), "key")]);
    await expect
      .poll(() => [whole.ids().at(-1), late.ids().at(-1)], { timeout: 30_000 })
      .toEqual([last, last]);
    expect(whole.ids()).toEqual(upTo(last));
    expect(late.ids()).toEqual(upTo(last, 701));
    whole.leave();
    late.leave();
  });

  it("give signs of life, and end in good order when the process stops", async () => {
    const { at, streams } = await serve({ beatMs: 20 });
    const stream = await openStream(at(await newRun()), "key");
    await expect
      .poll(() => stream.comments.filter((line) => line.trim() === "beat").length)
      .toBeGreaterThan(2);
    await streams.close();
    await stream.ended;
    expect(stream.comments.at(-1)?.trim()).toBe("closing");
    expect(streams.count()).toBe(0);
  });

  it("forget a reader who has left", async () => {
    const { at, streams } = await serve({ beatMs: 20 });
    const stream = await openStream(at(await newRun()), "key");
    await expect.poll(() => streams.count()).toBe(1);
    stream.leave();
    await expect.poll(() => streams.count()).toBe(0);
  });
});

describe("a reader who takes nothing", () => {
  it("is dropped with a reason, holds nobody up, and goes on later where it stopped", async () => {
    const { at, port, streams, warned } = await serve({ stallMs: 400 });
    const run = await newRun();
    const slow = await rawReader(port, `/${run}/0`);
    const quick = await openStream(at(run), "key");
    await expect.poll(() => streams.count()).toBe(2);
    slow.socket.pause();
    // More than the kernel takes for a reader who sleeps (some megabytes), in pieces as agents leave them behind.
    let last = 0;
    while (streams.count() === 2) last = await tellFacts(sql, run, Array(20).fill(guided(100_000)));
    slow.socket.resume();
    await slow.ended;
    expect(warned).toContain("a slow reader of a stream was dropped");
    await expect.poll(() => quick.ids().at(-1), { timeout: 30_000 }).toBe(last);
    expect(quick.ids()).toEqual(upTo(last));

    const { ids, error } = slow.read();
    expect(error).toMatchObject({ code: "slow_reader", last_event_id: ids.at(-1) });
    expect(ids).toEqual(upTo(ids.length));
    expect(ids.length).toBeLessThan(last);
    const again = await openStream(at(run, ids.length), "key");
    await expect.poll(() => again.ids().at(-1), { timeout: 30_000 }).toBe(last);
    expect(again.ids()).toEqual(upTo(last, ids.length + 1));
    quick.leave();
    again.leave();
  });

  it("and does not even take the reason is cut off", async () => {
    const { port, streams, connections } = await serve({ stallMs: 200, goodbyeMs: 200 });
    const run = await newRun();
    const slow = await rawReader(port, `/${run}/0`);
    await expect.poll(() => streams.count()).toBe(1);
    slow.socket.pause();
    while (streams.count() === 1) await tellFacts(sql, run, Array(20).fill(guided(100_000)));
    await expect.poll(connections, { timeout: 30_000 }).toBe(0);
  });
});

/** A reader by hand: its socket can be left unread. */
async function rawReader(port: number, path: string) {
  const socket: Socket = connectSocket(port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
  open.push(async () => socket.destroy());
  const read = () => {
    const ids = [...text.matchAll(/(?:^|\n)id: (\d+)\n/g)].map(([, id]) => Number(id));
    const [, error = "null"] = /event: error\ndata: (.*)\n/.exec(text) ?? [];
    return { ids, error: JSON.parse(error) as unknown };
  };
  return { socket, ended, read };
}
