import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { freePort } from "#test/support/e2e/processes.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { type Running, runExample } from "#test/support/run-example.ts";
import { CALLBACK_SECRET, signedCallback } from "#test/support/signed-callback.ts";

vi.setConfig({ testTimeout: 90_000 });

const GENERAL = "C01GENERAL";
const staged = useApiStage(await testDatabase(), { CALLBACK_ALLOW_PRIVATE: "1" });
const dir = mkdtempSync(join(tmpdir(), "countersign-review-"));
const AGENT = "examples/code-review-agent.ts";

const running = new Set<Running>();
afterEach(async () => {
  await Promise.all([...running].map((one) => one.kill()));
  running.clear();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What the agent has for an environment: the same for whoever asks and whoever receives. */
async function agent(name: string) {
  const port = await freePort();
  const { app, key, call } = staged();
  const apiKey = await key({ scopes: ["ask", "events"], name: "review-key" });
  const env = {
    ...{ COUNTERSIGN_URL: app.url, COUNTERSIGN_API_KEY: apiKey, CALLBACK_SECRET },
    ...{ AGENT_PORT: String(port), AGENT_DIR: join(dir, name) },
  };
  const start = (command: readonly [string, ...string[]]): Running => {
    const one = runExample(command, env);
    running.add(one);
    return one;
  };
  return {
    /** As `git show | … review`. */
    review(diff: string) {
      const file = join(dir, `${name}.diff`);
      writeFileSync(file, diff);
      return start(["sh", "-c", `"$0" ${AGENT} review < "$1"`, process.execPath, file]).ended;
    },
    async receive(): Promise<Running> {
      const receiver = start([process.execPath, AGENT, "receive"]);
      await until(
        "the receiver to be there",
        async () => receiver.said().includes(`receiving on ${port}`),
        {},
        async () => receiver.said(),
      );
      return receiver;
    },
    resumeUrl: `http://127.0.0.1:${port}/resume`,
    get: async (path: string) => (await call("GET", path, { key: apiKey })).body,
    events: async (workflow: string) =>
      (await call("GET", `/api/v1/events?workflow_id=${workflow}`, { key: apiKey })).body.items,
  };
}

const risky = (name: string): string =>
  `--- a/db/migrations/0007.sql\n+++ b/db/migrations/0007.sql\n@@ -1 +1 @@\n-select 1;\n+drop table ${name};\n`;

const PAUSED = /^(wf-review-\w+) paused: people are asked \((\S+)\)\.$/m;

function readPaused(out: string): { readonly workflow: string; readonly request: string } {
  const [, workflow = "", request = ""] = PAUSED.exec(out) ?? [];
  expect(out).toMatch(PAUSED);
  return { workflow, request };
}

test("a change with low risk is approved at once, and nobody is asked", async () => {
  const { review, events } = await agent("low");
  const { status, out } = await review("--- a/a.md\n+++ b/a.md\n+hello\n");
  expect(status).toBe(0);
  const [, workflow = ""] = /^(wf-review-\w+) done: code\.approved\.$/m.exec(out) ?? [];
  expect(await events(workflow)).toMatchObject([
    { event_type: "code.approved", data: { approved_by: "code-review-agent", changed_lines: 1 } },
  ]);
});

test("with high risk it stops; another process goes on from exactly there once Bob approves, and code.approved is published", async () => {
  const { people } = staged();
  const { review, receive, get, events } = await agent("high");
  const { status, out, err } = await review(risky("high"));
  expect([status, err]).toEqual([0, ""]);
  const { workflow, request } = readPaused(out);
  const asked = await get(`/api/v1/requests/${request}`);
  const before = await get(`/api/v1/checkpoints/${workflow}/${asked.checkpoint_id}`);
  expect(before).toMatchObject({
    agent_id: "code-review-agent",
    consumed_at: null,
    state_data: { changed_lines: 2 },
  });

  const receiver = await receive();
  const card = await people.card(GENERAL, new RegExp(workflow));
  expect(card.shown).toMatch(/code-review-agent · agent/);
  expect(card.shown).toMatch(/Review a change with high risk \(2 lines\)/);
  await people.presses("U02BOB", card, "Approve");
  await until("the next event", async () => (await events(workflow)).length > 0);

  expect(receiver.said()).toContain(
    `resumed ${workflow}, analysed at ${before.state_data.analysed_at}: approve`,
  );
  expect(await events(workflow)).toMatchObject([
    {
      ...{ event_type: "code.approved", metadata: { agent_id: "code-review-agent" } },
      data: {
        approved_by: "U02BOB",
        affected_systems: ["database"],
        analysed_at: before.state_data.analysed_at,
      },
    },
  ]);
  const { checkpoint_id } = asked;
  await expect
    .poll(async () => (await get(`/api/v1/checkpoints/${workflow}/${checkpoint_id}`)).consumed_at)
    .not.toBeNull();
  await expect.poll(async () => (await get(`/api/v1/requests/${request}`)).state).toBe("completed");
});

test("asked about the same change again, it asks people once", async () => {
  const { review, get } = await agent("twice");
  const first = readPaused((await review(risky("twice"))).out);
  expect(readPaused((await review(risky("twice"))).out)).toEqual(first);
  expect((await get(`/api/v1/requests?workflow_id=${first.workflow}`)).items).toHaveLength(1);
});

test("a refusal publishes code.rejected, with the reason that was given", async () => {
  const { people } = staged();
  const { review, receive, events } = await agent("rejected");
  await receive();
  const { workflow } = readPaused((await review(risky("rejected"))).out);
  const card = await people.card(GENERAL, new RegExp(workflow));
  await people.fills("U02BOB", card, "Reject", { note: "Keep the table." });
  await until("the next event", async () => (await events(workflow)).length > 0);
  expect(await events(workflow)).toMatchObject([
    { event_type: "code.rejected", data: { rejected_by: "U02BOB", comment: "Keep the table." } },
  ]);
});

test("killed before the answer came, it goes on when it lives again: the answer was kept", async () => {
  const { people } = staged();
  const { review, receive, events } = await agent("killed");
  const doomed = await receive();
  const { workflow } = readPaused((await review(risky("killed"))).out);
  const card = await people.card(GENERAL, new RegExp(workflow));
  await doomed.kill();
  await people.presses("U02BOB", card, "Approve");
  await people.becomes(card, /Approved by Bob/);
  expect(await events(workflow)).toEqual([]);
  const again = await receive();
  // Nobody was there for the first try: the second comes five seconds later.
  await until("the next event", async () => (await events(workflow)).length > 0);
  expect(await events(workflow)).toHaveLength(1);
  expect(again.said().match(/resumed /g)).toHaveLength(1);
});

test("the same callback twice is processed once, also by a receiver that was started anew; a wrong signature does nothing", async () => {
  const { people } = staged();
  const { review, receive, get, events, resumeUrl } = await agent("again");
  const first = await receive();
  const { workflow, request } = readPaused((await review(risky("again"))).out);
  await people.presses("U02BOB", await people.card(GENERAL, new RegExp(workflow)), "Approve");
  await expect
    .poll(async () => (await get(`/api/v1/requests/${request}`)).state, { timeout: 20_000 })
    .toBe("completed");
  await first.kill();
  const second = await receive();

  const { metadata, checkpoint_id, response } = await get(`/api/v1/requests/${request}`);
  const body = JSON.stringify({
    ...{ event: "request.responded", request_id: request, response },
    metadata: { ...metadata, workflow_id: workflow, checkpoint_id },
  });
  const post = async (init: RequestInit) => {
    const answer = await fetch(resumeUrl, init);
    return [answer.status, await answer.json()];
  };
  // Under a new id the receiver does not know it: the checkpoint, which was used, does.
  const repeat = signedCallback({ body });
  expect(await post(repeat)).toEqual([200, { status: "already processed" }]);
  expect(await post(repeat)).toEqual([200, { status: "already processed" }]);
  const forged = signedCallback({ body, secret: "a secret that somebody made up" });
  expect(await post(forged)).toEqual([401, { status: "refused", reason: expect.any(String) }]);
  expect(second.said()).not.toContain("resumed");
  expect(await events(workflow)).toHaveLength(1);
});

test("what is missing is said in words that lead on", async () => {
  const without = await runExample([process.execPath, AGENT, "receive"], {}).ended;
  expect([without.status, without.err]).toEqual([
    1,
    "Set CALLBACK_SECRET: the first lines of this file say how.\n",
  ]);
});
