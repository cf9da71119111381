import { once } from "node:events";
import { chown, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connect } from "#db/connect.ts";
import { removeEmbedded, startEmbedded } from "#db/embedded.ts";
import { embeddedProcess } from "#test/support/embedded-process.ts";

let dataDir: string;
const logged: string[] = [];
const log = {
  warn: (message: string) => logged.push(message),
  error: (message: string, { error }: { error: unknown }) => logged.push(`${message} ${error}`),
};
const start = () => startEmbedded({ dataDir, log });

/** Created as mktemp does: as root, only root can enter it. */
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "countersign-embedded-"));
  logged.length = 0;
});

afterEach(async () => {
  await removeEmbedded(dataDir);
  await rm(dataDir, { recursive: true });
});

async function ask(url: string, statement: string): Promise<unknown> {
  const sql = connect(url, { max: 1, applicationName: "test" });
  try {
    return (await sql.unsafe(statement).values()).flat();
  } finally {
    await sql.end();
  }
}

const server = (url: string) => ask(url, "select pg_postmaster_start_time()::text");
const postmasterFile = () => join(dataDir, "postgres", "data", "postmaster.pid");
const postmasterPid = async () => Number.parseInt(await readFile(postmasterFile(), "utf8"), 10);

describe("A start from nothing", () => {
  test("keeps its data over a stop and the next start", async () => {
    const first = await start();
    expect(first.adopted).toBe(false);
    await ask(first.url, "create table kept as select 'ä' as letter");
    await first.stop();
    await expect(ask(first.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await ask(second.url, "select letter from kept")).toEqual(["ä"]);
    await second.stop();
  });

  test("is durable, UTF-8 whatever the locale here, reachable from this machine with a password only", async () => {
    const { url, stop } = await start();
    const settings = [
      "fsync",
      "synchronous_commit",
      "full_page_writes",
      "listen_addresses",
      "server_encoding",
    ];
    const shown = settings.map((name) => `current_setting('${name}')`).join(", ");
    expect(await ask(url, `select ${shown}`)).toEqual(["on", "on", "on", "127.0.0.1", "UTF8"]);
    const locale = "select datlocprovider, datlocale from pg_database where datname = current_database()";
    expect(await ask(url, locale)).toEqual(["b", "C.UTF-8"]);
    const wrong = new URL(url);
    wrong.password = "guessed";
    await expect(ask(wrong.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
    await stop();
  });

  test("by several processes at once makes one server that all of them use", async () => {
    const all = await Promise.all([embeddedProcess(dataDir), embeddedProcess(dataDir), start()]);
    const times = await Promise.all(all.map(({ url }) => server(url)));
    expect(new Set(times.flat())).toHaveLength(1);
    expect(all.filter(({ adopted }) => adopted === false)).toHaveLength(1);
    await Promise.all(all.map(({ stop }) => stop()));
    await expect(ask(all[0].url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe("A server that runs already", () => {
  test("is adopted, and stopped by whoever leaves last", async () => {
    const first = await embeddedProcess(dataDir);
    const second = await start();
    expect(second).toMatchObject({ url: first.url, adopted: true });
    await first.stop();
    expect(await ask(second.url, "select 1")).toEqual([1]);
    await second.stop();
    await expect(ask(second.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  });

  test("is stopped only after what still closes its connections has closed them", async () => {
    const { url, stop } = await start();
    const slow = ask(url, "select pg_sleep(0.5)");
    await expect
      .poll(() => ask(url, "select count(*)::int from pg_stat_activity where wait_event = 'PgSleep'"))
      .toEqual([1]);
    await stop();
    expect(await slow).toHaveLength(1);
  });

  test("is stopped by the first one when the second has left before", async () => {
    const first = await start();
    const second = await embeddedProcess(dataDir);
    await second.stop();
    expect(await ask(first.url, "select 1")).toEqual([1]);
    await first.stop();
    await expect(ask(first.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  });

  test("outlives a killed app, is adopted with its data, and stopped after that", async () => {
    const killed = await embeddedProcess(dataDir);
    await ask(killed.url, "create table kept as select 42 as answer");
    const before = await server(killed.url);
    killed.child.kill("SIGKILL");
    await once(killed.child, "exit");
    const next = await start();
    expect(next.adopted).toBe(true);
    expect(await server(next.url)).toEqual(before);
    expect(await ask(next.url, "select answer from kept")).toEqual([42]);
    await next.stop();
    await expect(ask(next.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  });

  test("does not hear the Ctrl-C that is meant for the app", async () => {
    const app = await embeddedProcess(dataDir);
    process.kill(-(app.child.pid ?? 0), "SIGINT");
    await once(app.child, "exit");
    expect(await ask(app.url, "select 1")).toEqual([1]);
  });

  test("that is killed itself comes back by itself, at the same address and with what was committed", async () => {
    const { url, stop } = await start();
    await ask(url, "create table kept as select 7 as number");
    const before = await postmasterPid();
    process.kill(before, "SIGKILL");
    const answer = () => ask(url, "select number from kept").catch((error: unknown) => error);
    await expect.poll(answer, { timeout: 20_000 }).toEqual([7]);
    expect(await postmasterPid()).not.toBe(before);
    expect(logged).toEqual([expect.stringMatching(/has dropped its connections/)]);
    await stop();
    await expect(ask(url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  });
});

test("A server that somebody stops in order is not started again against their will", async () => {
  const { url, stop } = await start();
  process.kill(await postmasterPid(), "SIGINT");
  await expect.poll(() => logged.join("\n")).toMatch(/was stopped by somebody else: start Countersign again/);
  await expect(ask(url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  await stop();
});

describe("A postmaster.pid that is stale", () => {
  test.each([
    ["the number of a process that is something else by now", () => process.pid],
    ["the number of no process", () => 2 ** 22 + 1],
  ])("with %s is no obstacle", async (_, pid) => {
    const first = await start();
    await ask(first.url, "create table kept as select 1 as one");
    const [left, { uid, gid }] = await Promise.all([
      readFile(postmasterFile(), "utf8"),
      stat(postmasterFile()),
    ]);
    await first.stop();
    await writeFile(postmasterFile(), left.replace(/^\d+/, String(pid())), { mode: 0o600 });
    await chown(postmasterFile(), uid, gid);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await ask(second.url, "select one from kept")).toEqual([1]);
    await second.stop();
  });
});
