import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * What a newcomer does, as a script: starts the app, releases billing through `/local/api`, approves as Bob, and looks
 * for the tag in the repository; then breaks a test and sees that no tag comes. Exits with 1 where that does not happen.
 */

const CHANNEL = "C01GENERAL";
const PATIENCE_MS = 60_000;

type Block = { readonly elements?: readonly { readonly action_id?: string }[] };
type Message = { readonly ts: string; readonly text: string; readonly blocks?: readonly Block[] };

const root = join(import.meta.dirname, "../..");
const dataDir = mkdtempSync(join(tmpdir(), "countersign-drive-"));
const repository = join(dataDir, "demo/billing");
let app: ChildProcess | undefined;

async function start(): Promise<string> {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], PORT: "0", DATA_DIR: dataDir };
  const child = spawn(join(root, "countersign"), ["-C", dataDir, "start"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  app = child;
  const begun = performance.now();
  const url = await new Promise<string>((resolve, reject) => {
    child.once("exit", () => reject(new Error("The app ended before it was ready.")));
    child.stdout.on("data", (chunk) => {
      const [, found] = /Countersign is ready: (http:\/\/\S+?)\/local/.exec(String(chunk)) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  say(`ready after ${Math.round(performance.now() - begun)} ms: ${url}`);
  return url;
}

async function stop(): Promise<void> {
  if (!app || app.exitCode !== null) return;
  const ended = new Promise((resolve) => app?.once("exit", resolve));
  app.kill("SIGTERM");
  await ended;
}

async function release(url: string, version: string): Promise<void> {
  await post(url, "slash", { user: "U01ALICE", channel: CHANNEL, text: `run release version=${version}` });
  const goal = await until(`the card of ${version}`, async () => (await messages(url)).find(isFor(version)));
  const question = await until("the question", async () =>
    (await messages(url, goal.ts)).find((message) => actionsOf(message).includes("question.approve")),
  );
  await post(url, "click", {
    user: "U02BOB",
    channel: CHANNEL,
    ts: question.ts,
    action_id: "question.approve",
  });
  await until("Done on the goal's card", async () =>
    (await messages(url)).find((message) => message.ts === goal.ts && message.text.includes("✓ Done")),
  );
  const tagged = git("rev-parse", `v${version}^{commit}`);
  const branch = git("for-each-ref", "--format=%(objectname)", "refs/heads/countersign/");
  if (!branch.split("\n").includes(tagged))
    throw new Error(`v${version} is not on the head of the run's branch.`);
  say(`v${version} is tagged on ${tagged}`);
}

async function releaseBroken(url: string, version: string): Promise<void> {
  appendFileSync(
    join(repository, "test/broken.test.js"),
    'import { test } from "node:test";\ntest("broken on purpose", () => {\n  throw new Error("on purpose");\n});\n',
  );
  git("add", "--all");
  git(
    "-c",
    "user.name=Alice",
    "-c",
    "user.email=alice@example.com",
    "commit",
    "--quiet",
    "-m",
    "Break a test",
  );
  await post(url, "slash", { user: "U01ALICE", channel: CHANNEL, text: `run release version=${version}` });
  const goal = await until(`the card of ${version}`, async () => (await messages(url)).find(isFor(version)));
  await until("the card that says it is stuck", async () =>
    (await messages(url, goal.ts)).find((message) => actionsOf(message).includes("step.retry")),
  );
  const card = (await messages(url)).find((message) => message.ts === goal.ts);
  if (card?.text.includes("Done")) throw new Error("The goal says Done, and its tests failed.");
  if (git("tag", "--list", `v${version}`) !== "")
    throw new Error(`v${version} was tagged, and its tests failed.`);
  say(`v${version} got no tag: its tests failed`);
}

const isFor =
  (version: string) =>
  ({ text }: Message): boolean =>
    text.startsWith(`Release billing ${version}:`);

const actionsOf = ({ blocks = [] }: Message): readonly string[] =>
  blocks.flatMap(({ elements = [] }) => elements.map((element) => element.action_id ?? ""));

async function messages(url: string, thread?: string): Promise<readonly Message[]> {
  const query = new URLSearchParams({ channel: CHANNEL, ...(thread ? { thread_ts: thread } : {}) });
  const response = await fetch(`${url}/local/api/messages?${query}`, { signal: AbortSignal.timeout(10_000) });
  return ((await response.json()) as { readonly messages: readonly Message[] }).messages;
}

async function post(url: string, path: string, body: object): Promise<void> {
  const response = await fetch(`${url}/local/api/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`${path} was refused: ${await response.text()}`);
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const limit = performance.now() + PATIENCE_MS;
  while (performance.now() < limit) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(100);
  }
  throw new Error(`Waited ${PATIENCE_MS / 1_000} s for ${what}.`);
}

function git(...args: readonly string[]): string {
  return execFileSync("git", ["-C", repository, ...args], { encoding: "utf8" }).trim();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  const url = await start();
  await release(url, "1.2.3");
  await releaseBroken(url, "1.2.4");
} finally {
  await stop();
  rmSync(dataDir, { recursive: true, force: true });
}
