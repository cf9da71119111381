import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createLocalSlack } from "#integrations/local-slack/local-slack.ts";
import { scriptFor } from "#test/support/slack-script.ts";

const MAIN = fileURLToPath(import.meta.resolve("#integrations/local-slack/main.ts"));
const Ready = z.object({
  port: z.int().positive(),
  botToken: z.string(),
  signingSecret: z.string(),
  appToken: z.string(),
});

let dir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "local-slack-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  rmSync(dir, { recursive: true });
});

async function start() {
  const child = spawn(process.execPath, [MAIN, "--dir", dir], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, "line");
  const ready = Ready.parse(JSON.parse(String(line)));
  const url = `http://127.0.0.1:${ready.port}`;
  const options = { slackApiUrl: `${url}/local/slack/api/`, retryConfig: { retries: 0 } };
  return { child, ready, ...scriptFor(url), client: new WebClient(ready.botToken, options) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("local-slack as a process of its own", () => {
  test("remembers all that it answered for, also after SIGKILL", async () => {
    const first = await start();
    const metadata = { event_type: "card", event_payload: { row: 1 } };
    const { ts = "" } = await first.client.chat.postMessage({ channel: "C01GENERAL", text: "One", metadata });
    await first.client.chat.update({ channel: "C01GENERAL", ts, text: "Two" });
    await first.client.chat.postMessage({ channel: "C01GENERAL", text: "Reply", thread_ts: ts });
    await first.client.chat.postEphemeral({ channel: "C01GENERAL", user: "U02BOB", text: "Psst" });
    await first.client.apiCall("views.publish", { user_id: "U02BOB", view: { type: "home", blocks: [] } });
    await first.post("people", { id: "U05GINA", name: "Gina", is_restricted: true });
    await kill(first.child);

    const second = await start();
    const { port, ...credentials } = second.ready;
    expect(first.ready).toMatchObject(credentials);
    expect(await second.messages("C01GENERAL", ts)).toMatchObject([
      { ts, text: "Two", metadata, reply_count: 1 },
      { text: "Reply" },
    ]);
    expect(await second.ephemerals("U02BOB")).toMatchObject([{ text: "Psst" }]);
    expect((await second.get("home?user=U02BOB")).body["home"]).toMatchObject({ type: "home" });
    expect((await second.client.users.info({ user: "U05GINA" })).user?.is_restricted).toBe(true);
    const { calls } = z
      .object({ calls: z.array(z.object({ method: z.string() })) })
      .parse((await second.get("calls")).body);
    expect(calls.filter(({ method }) => method === "chat.postMessage")).toHaveLength(2);
    const later = await second.client.chat.postMessage({ channel: "C01GENERAL", text: "Later" });
    expect(Number(later.ts)).toBeGreaterThan(Number(ts));
  });

  test("ends on SIGTERM, and a reset empties it but keeps its credentials", async () => {
    const first = await start();
    await first.client.chat.postMessage({ channel: "C01GENERAL", text: "One" });
    await first.post("people", { id: "U05GINA", name: "Gina" });
    await first.post("reset", {});
    expect(await first.messages("C01GENERAL")).toEqual([]);
    first.child.kill("SIGTERM");
    await once(first.child, "exit");
    expect(first.child.exitCode).toBe(0);
    const second = await start();
    expect(second.ready.botToken).toBe(first.ready.botToken);
    expect(await second.messages("C01GENERAL")).toEqual([]);
    const { members } = await second.client.users.list({});
    expect(members).toHaveLength(5);
  });
});

describe("its file", () => {
  const inFile = () => join(dir, "state.jsonl");

  test("may end in half a line, as a crash of the machine leaves it", async () => {
    const first = await createLocalSlack({ dir });
    first.close();
    appendFileSync(inFile(), '[["people","U01');
    const second = await createLocalSlack({ dir });
    expect(second.state.people.get("U01ALICE")?.name).toBe("Alice");
    second.state.keep(() => second.state.reads.put("x", "1.0"));
    second.close();
    const third = await createLocalSlack({ dir });
    expect(third.state.reads.get("x")).toBe("1.0");
    third.close();
  });

  test("is refused with a sentence when something else stands in it", async () => {
    const first = await createLocalSlack({ dir });
    first.close();
    writeFileSync(inFile(), `${readFileSync(inFile(), "utf8")}nonsense\n`);
    await expect(createLocalSlack({ dir })).rejects.toThrow(/Line \d+ of .*state\.jsonl.*Move the file away/);
  });
});
