import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { removeEmbedded } from "#db/embedded.ts";
import { countersign, startCountersign } from "#test/support/cli.ts";
import { freePort } from "#test/support/e2e/processes.ts";
import { type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 120_000 });
const { url } = await testDatabase();
const dir = mkdtempSync(join(tmpdir(), "countersign-start-"));
let taken: Server;
let slack: StartedSlack;
/** Nobody listens there. */
let freed: number;

beforeAll(async () => {
  slack = await startLocalSlack();
  freed = await freePort();
  taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
});
afterAll(async () => {
  taken.close();
  await slack.close();
  for (const name of readdirSync(dir)) await removeEmbedded(join(dir, name, ".data"));
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
});

/** A folder of its own. */
function freshHome(name: string): string {
  const home = join(dir, name);
  mkdirSync(home);
  return home;
}

/** The settings of a real Slack, which is a local one elsewhere. */
const slackEnv = () => ({
  ...{ PORT: "0", DATABASE_URL: url, SLACK_API_URL: slack.apiUrl },
  ...{ SLACK_BOT_TOKEN: slack.slack.credentials.botToken },
});
const signed = () => ({ ...slackEnv(), SLACK_SIGNING_SECRET: slack.slack.credentials.signingSecret });

describe("What can't start", () => {
  const refusals: Readonly<Record<string, readonly [env: () => Record<string, string>, sentence: RegExp]>> = {
    "a port that is taken": [
      () => ({ PORT: String((taken.address() as AddressInfo).port) }),
      /^Port \d+ is taken by another program: stop that, or choose another port \(PORT=3001, or PORT=0 for a free one\)\.\n$/,
    ],
    "a database that nobody reaches": [
      () => ({ PORT: "0", DATABASE_URL: "postgres://somebody:secret@127.0.0.1:1/none" }),
      /^The database at 127\.0\.0\.1:1\/none cannot be used: nothing listens there\. Start it, or correct DATABASE_URL\.\n$/,
    ],
    "half of Slack's settings, with all that is wrong at once": [
      () => ({ PORT: "seven", SLACK_BOT_TOKEN: "xoxb-1" }),
      /^2 settings are wrong, so Countersign does not start:\n {2}PORT .*\n {2}SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is needed .*\n$/,
    ],
    "a bot token that Slack does not know": [
      () => ({ ...signed(), SLACK_BOT_TOKEN: "xoxb-wrong" }),
      /^Slack does not take SLACK_BOT_TOKEN \(invalid_auth\): set it to .*\n$/,
    ],
    "an app token that Slack does not know": [
      () => ({ ...slackEnv(), SLACK_APP_TOKEN: "xapp-wrong" }),
      /^Slack does not take SLACK_APP_TOKEN \(invalid_auth\): set it to .*\n$/,
    ],
    "a Slack that nobody reaches": [
      () => ({ ...signed(), SLACK_API_URL: `http://127.0.0.1:${freed}/api` }),
      /^Slack can't be reached \(ECONNREFUSED\): check the network, and SLACK_API_URL where it is set\.\n$/,
    ],
  };

  test.each(Object.entries(refusals))("%s is one sentence with what to do", async (name, [env, sentence]) => {
    const home = freshHome(name.replaceAll(/\W/g, "-"));
    const { code, stdout, stderr } = await countersign({ home, env: env() }, "start");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(leftIn(join(home, ".data"))).toEqual([]);
  });

  test("a data folder that can't be made, or not be written", async () => {
    const home = freshHome("in-the-way");
    writeFileSync(join(home, "file"), "");
    const inTheWay = await countersign({ home, env: { PORT: "0", DATA_DIR: "file/data" } }, "start");
    expect(inTheWay).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^The data folder .*file\/data cannot be used \(ENOTDIR\): make it writable/,
      ),
    });
    if (process.getuid?.() === 0) return; // nothing is forbidden to root
    mkdirSync(join(home, "closed"));
    chmodSync(join(home, "closed"), 0o500);
    expect(await countersign({ home, env: { PORT: "0", DATA_DIR: "closed" } }, "start")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^The data folder .*closed cannot be used \(EACCES\): make it writable/),
    });
  });

  test("parts of a local Slack, which is in one process", async () => {
    const { code, stderr } = await countersign(
      { home: freshHome("parts") },
      "start",
      "--roles",
      "worker,http",
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The local Slack lives inside one process/);
    expect((await countersign({ home: join(dir, "parts") }, "start", "--roles", "wrker")).stderr).toMatch(
      /wrker: write slack, http, worker/,
    );
  });
});

/** What no failed start may leave behind: a running Postgres, or a file half made. */
function leftIn(dataDir: string): readonly string[] {
  const isRunning = existsSync(join(dataDir, "postgres/data/postmaster.pid"));
  const half = existsSync(dataDir) ? readdirSync(dataDir).filter((name) => name.includes(".new")) : [];
  return isRunning ? ["a running Postgres", ...half] : half;
}

describe("A start that goes well", () => {
  test("says where it is and what is missing for production, for people and for programs", async () => {
    const home = freshHome("well");
    const app = startCountersign({ home, env: { PORT: "0", DATABASE_URL: url } }, "start");
    expect(await app.ready()).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(app.said.stdout).toMatch(/^Countersign is ready: http:\/\/127\.0\.0\.1:\d+\/local\n/);
    await expect
      .poll(() => app.said.stdout)
      .toMatch(
        /\nMissing for production: SLACK_BOT_TOKEN with .*, COUNTERSIGN_SECRET, ANTHROPIC_API_KEY or .*\n/,
      );
    const asked = performance.now();
    app.kill("SIGTERM");
    const { code, stdout, stderr } = await app.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\nStopping…\n$/);
    expect(performance.now() - asked).toBeLessThan(5_000);

    const forPrograms = startCountersign({ home, env: signed() }, "start", "--json");
    await expect.poll(() => forPrograms.said.stdout, { timeout: 30_000 }).toMatch(/\n$/);
    expect(JSON.parse(forPrograms.said.stdout)).toMatchObject({
      ready: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      missing_for_production: ["COUNTERSIGN_SECRET", "PUBLIC_URL", "ANTHROPIC_API_KEY or OPENAI_API_KEY"],
    });
    forPrograms.kill("SIGINT");
    expect(await forPrograms.ended).toMatchObject({ code: 0 });
  });

  test("can be stopped while it is starting, and leaves nothing running", async () => {
    const home = freshHome("stopped");
    const app = startCountersign({ home, env: { PORT: "0" } }, "start");
    await expect
      .poll(() => existsSync(join(home, ".data/secret")), { timeout: 30_000, interval: 5 })
      .toBe(true);
    app.kill("SIGINT");
    expect(await app.ended).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(leftIn(join(home, ".data"))).toEqual([]);
  });
});

describe("A stop that takes its time, since Slack hangs", () => {
  const hanging = async (channel: string) => {
    const app = startCountersign({ home: freshHome(crypto.randomUUID()), env: signed() }, "start");
    const address = await app.ready();
    slack.slack.setRequestUrl(`${address}/slack/events`);
    await slack.post("faults", { method: "chat.postMessage", kind: "hang" });
    await slack.post("slash", { user: "U01ALICE", channel, text: "tidy up the changelog" });
    await expect
      .poll(async () => JSON.stringify((await slack.get("calls")).body), { timeout: 30_000 })
      .toMatch(/"error":"hang"/);
    return app;
  };

  test("ends all the same within five seconds", async () => {
    const app = await hanging("C01GENERAL");
    const asked = performance.now();
    app.kill("SIGTERM");
    expect(await app.ended).toMatchObject({ code: 0 });
    expect(performance.now() - asked).toBeLessThan(5_000);
    await slack.post("reset", {});
  });

  test("ends at once at the second Ctrl-C; what npm passes on of the first is not a second", async () => {
    const app = await hanging("C02DEPLOYS");
    app.kill("SIGINT");
    app.kill("SIGINT");
    await expect.poll(() => app.said.stdout).toMatch(/Stopping…/);
    const asked = performance.now();
    // The first press counts for 400 ms.
    await expect.poll(() => performance.now() - asked).toBeGreaterThan(500);
    app.kill("SIGINT");
    expect(await app.ended).toMatchObject({ code: 130 });
    expect(performance.now() - asked).toBeLessThan(2_500);
  });
});
