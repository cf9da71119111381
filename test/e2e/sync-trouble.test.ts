import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { createStore } from "#db/store.ts";
import { createEngine } from "#engine/engine.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import type { Double } from "#test/support/atlassian/double.ts";
import type { RateLimits } from "#test/support/atlassian/rate-limits.ts";
import { type BothSystems, openBothSystems, shipInto } from "#test/support/e2e/both-systems.ts";
import { commentsOn } from "#test/support/e2e/jira.ts";
import { ALICE } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { allShown, behindIn, timeGoesBy } from "#test/support/e2e/sync.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const database = await testDatabase();
const { sql } = database;
const stage = useStage(database);
const HOUR_MS = 3_600_000;
/** Far less than Atlassian allows. */
const TIGHT: RateLimits = {
  perSecond: { GET: 4, POST: 2, PUT: 2, DELETE: 1 },
  writesToOne: [{ writes: 2, withinMs: 2_000 }],
};

withContracts("systems in trouble", () => {
  let far: BothSystems | undefined;
  const open = async (limits?: RateLimits) => {
    far = await openBothSystems(limits);
    return far;
  };
  afterEach(async () => {
    await far?.close();
    far = undefined;
  });

  test("an hour down with 500 facts waiting: all in order, with few calls", async () => {
    const systems = await open();
    const { jira, confluence } = systems;
    await Promise.all([jira.faults.refuse(), confluence.faults.refuse()]);
    const gate = join(stage().dir, "gate");
    const { slack, approve } = await shipInto(stage(), "hour", systems, {
      files: { "test.sh": `until [ -e ${gate} ]; do sleep 0.05; done; echo fine\n` },
    });
    const runId = await sayMuch(500);
    writeFileSync(gate, "");
    await approve();
    await sql`update facts set at = at - ${HOUR_MS}`;
    await timeGoesBy(sql, HOUR_MS);
    await until(
      "both to have failed",
      async () => (await sql`select from circuits where failures > 1`).length === 2,
    );
    await slack.types(ALICE, "/goal status");
    const status = await slack.told(ALICE, /Jira is 1 hour behind/);
    expect(status.shown).toMatch(
      /◐ Jira is 1 hour behind: .*can't be reached[\s\S]*◐ Confluence is 1 hour behind: /,
    );
    expect([...jira.calls, ...confluence.calls]).toEqual([]);
    expect(await behindIn(sql, "jira")).toContain(runId);

    await systems.up();
    await allShown(sql, ["jira", "confluence"], 60_000);
    expect(jira.calls.length).toBeLessThan(25);
    expect(confluence.calls.length).toBeLessThan(10);
    // What would have been two mails is one.
    expect(commentsOn(jira, systems.epic().id)).toEqual([
      expect.stringMatching(/^What the agents said\n/),
      expect.stringMatching(/^Started for Alice: 3 steps\.\n[\s\S]*Done in .* · approved by Bob/),
    ]);
    expect(commentsOn(jira, systems.story("Approve the tag").id).join("\n")).toMatch(
      /^A question is open: [\s\S]*Approved by Bob/,
    );
    systems.expectDone();
  });

  test("a token that is revoked in the middle: the owner hears of it once, the run goes on, and with the token all is there", async () => {
    const systems = await open();
    const { jira, confluence, story } = systems;
    const { slack, approve } = await shipInto(stage(), "token", systems);
    await until(
      "the question in Jira",
      async () => jira.issues().length === 4 && story("Approve the tag").comments.length > 0,
    );
    await until("the page", async () => confluence.pages().length === 1);
    jira.faults.revoke();
    confluence.faults.revoke();
    await approve();
    const told = await slack.card(/Jira does not accept our API token any more/);
    expect(told.shown).toMatch(/\.\/countersign jira set token --token-stdin/);
    await slack.card(/Confluence does not accept our API token any more/);
    const asked = jira.calls.length;
    await timeGoesBy(sql, 600_000);
    await until("another try", async () => jira.calls.length > asked);
    await systems.up();
    await allShown(sql, ["jira", "confluence"], 60_000);
    systems.expectDone();
    const cards = await slack.cards();
    expect(cards.filter(({ shown }) => /Jira does not accept/.test(shown))).toHaveLength(1);
  });

  test("little that is allowed: waits as long as they say, and loses nothing", async () => {
    const systems = await open(TIGHT);
    const { jira, confluence } = systems;
    jira.faults.limit("createIssues", 3);
    confluence.faults.limit("createPage", 2);
    const rooms = await Promise.all(["one", "two"].map((name) => shipInto(stage(), name, systems)));
    await Promise.all(rooms.map(({ approve }) => approve()));
    await allShown(sql, ["jira", "confluence"]);
    expect(pauseAfter(jira, "createIssues")).toBeGreaterThanOrEqual(3_000);
    expect(pauseAfter(confluence, "createPage")).toBeGreaterThanOrEqual(2_000);
    expect(jira.calls.filter(({ status }) => status === 429).length).toBeGreaterThan(1);
    expect(jira.issues()).toHaveLength(8);
    expect(confluence.pages()).toHaveLength(2);
    systems.expectDone();
  });
});

/** How long nobody asked anything after such a call was refused first (milliseconds); what was on its way by then does not count. */
function pauseAfter({ calls }: Double, operation: string): number {
  const at =
    calls.find(({ operationId, status }) => operationId === operation && status === 429)?.at ?? Number.NaN;
  return Math.min(...calls.filter((call) => call.at > at + 1_000).map((call) => call.at)) - at;
}

/** Notes of the test that runs, as its agent would send them. Resolves to its run. */
async function sayMuch(count: number): Promise<string> {
  const attempt = await until("the test to run", async () => {
    const [row] = await sql<{ runId: string; lease: string }[]>`
      select run_id as "runId", lease from steps where key = 'test' and status = 'working' and lease is not null`;
    return row;
  });
  const { runId: id, lease } = attempt;
  const engine = createEngine({ store: createStore(sql), clock: stage().clock, newId: randomUUID });
  const stream = { kind: "run", id, workspaceId: "T01LOCAL" } as const;
  for (let i = 0; i < count; i++)
    await engine.submit(stream, { type: "report progress", key: "test", lease, note: `Line ${i}` }, "engine");
  return id;
}
