import { isAuthError, isNetworkError, isRateLimitError } from "jira.js/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { jiraClient, paragraph, refusalOf } from "#test/support/atlassian/clients.ts";
import { contracts, withContracts } from "#test/support/atlassian/contracts.ts";
import { startJira } from "#test/support/atlassian/jira.ts";

async function stage(options: Parameters<typeof startJira>[0] = {}) {
  const jira = await startJira(options);
  onTestFinished(() => jira.close());
  const client = jiraClient(jira);
  const fields = { project: { key: "PAY" }, issuetype: { name: "Task" }, summary: "It" };
  const make = () => client.issues.createIssue({ fields });
  const me = () => client.myself.getCurrentUser();
  return { jira, client, make, me };
}

const failure = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 50, "no answer"));

withContracts("a double of Atlassian's systems", () => {
  it("is down, refuses connections, and is back", async () => {
    const { jira, me } = await stage();
    jira.faults.down(503, { "Retry-After": "7" });
    expect((await refusalOf(me())).status).toBe(503);
    await jira.faults.up();
    await me();
    await jira.faults.refuse();
    await failure(me()); // over the connection that was just closed
    expect(await failure(me())).toMatchObject({ code: "ECONNREFUSED" });
    await jira.faults.up();
    await me();
    expect(jira.calls.map(({ status }) => status)).toEqual([503, 200, 200]);
  });

  it("hangs, and can be closed while it does", async () => {
    const { jira, me } = await stage();
    jira.faults.hang();
    const call = failure(me());
    await expect(Promise.race([call, aWhile()])).resolves.toBe("no answer");
    await jira.close();
    expect(isNetworkError(await call)).toBe(true);
  });

  it("does what it is asked and breaks the connection: the second time only", async () => {
    const { jira, make } = await stage();
    jira.faults.breakAfter("createIssue", { nth: 2 });
    await make();
    expect(await failure(make())).toMatchObject({ transient: true });
    await make();
    expect(jira.issues().map(({ key }) => key)).toEqual(["PAY-1", "PAY-2", "PAY-3"]);
    expect(jira.calls.map(({ status }) => status)).toEqual([201, 0, 201]);
  });

  it("breaks before anything is done", async () => {
    const { jira, make } = await stage();
    jira.faults.breakBefore("createIssue");
    await failure(make());
    expect(jira.issues()).toEqual([]);
  });

  it("does what it is asked and never answers", async () => {
    const { jira, make } = await stage();
    jira.faults.hangAfter("createIssue");
    const call = failure(make());
    await expect.poll(() => jira.issues().length).toBe(1);
    await expect(Promise.race([call, aWhile()])).resolves.toBe("no answer");
  });

  it("holds a call while something else happens", async () => {
    const { jira, make, client } = await stage();
    const { key = "" } = await make();
    const held = jira.faults.hold("addComment");
    const call = client.issueComments.addComment({ issueIdOrKey: key, body: paragraph("ours") });
    await held.arrived;
    jira.person("alice").comments(key, "first");
    held.release();
    await call;
    expect(jira.issue(key).comments.map(({ author }) => author)).toEqual([
      "5b10a:alice",
      "712020:countersign",
    ]);
    jira.faults.before("editIssue", () => jira.person("bob").deletes(key));
    expect(
      (await refusalOf(client.issues.editIssue({ issueIdOrKey: key, fields: { summary: "x" } }))).status,
    ).toBe(404);
  });

  it("takes our token away in the middle", async () => {
    const { jira, me } = await stage();
    await me();
    jira.faults.revoke();
    expect(isAuthError(await failure(me()))).toBe(true);
    const answer = await fetch(`${jira.url}/rest/api/3/myself`);
    expect([answer.status, answer.headers.get("x-seraph-loginreason")]).toEqual([
      401,
      "AUTHENTICATED_FAILED",
    ]);
    await jira.faults.up();
    await me();
  });

  it("limits calls by force, with the time to wait", async () => {
    const { jira, me } = await stage();
    jira.faults.limit("getCurrentUser", 7, { times: 2 });
    for (const _ of [1, 2]) {
      const error = await failure(me());
      expect(isRateLimitError(error) && error.retryAfterMs).toBe(7_000);
    }
    await me();
  });

  it("limits bursts to one endpoint, as Atlassian says it does", async () => {
    let at = 0;
    const { jira, me, make } = await stage({ now: () => at });
    for (let count = 0; count < 100; count += 1) await me();
    expect(await failure(me())).toMatchObject({ status: 429, retryAfterMs: 1_000 });
    await make();
    at += 10;
    await me();
    expect((await refusalOf(me())).status).toBe(429);
    expect(jira.count("getCurrentUser")).toBe(103);
  });

  it("limits writes to one issue: 20 in 2 seconds, 100 in 30", async () => {
    let at = 0;
    const { jira, client, make } = await stage({ now: () => at });
    const [one, two] = [await make(), await make()];
    const comment = (key = one.key ?? "") =>
      client.issueComments.addComment({ issueIdOrKey: key, body: paragraph("x") });
    for (let round = 0; round < 5; round += 1) {
      for (let count = 0; count < 20; count += 1) await comment();
      const waits = round < 4 ? 2_000 : 22_000;
      expect(await failure(comment())).toMatchObject({ status: 429, retryAfterMs: waits });
      await comment(two.key);
      at += waits;
    }
    await comment();
    expect(jira.issue(one.key ?? "").comments).toHaveLength(101);
  });

  it("takes its time", async () => {
    const { jira, me } = await stage({ latencyMs: 60 });
    const start = performance.now();
    await me();
    expect(performance.now() - start).toBeGreaterThanOrEqual(55);
    jira.faults.latencyMs = 0;
    await me();
  });

  it("refuses and records what the document does not know", async () => {
    const { jira, client } = await stage();
    const wrong = client.issueSearch.searchAndReconsileIssuesUsingJqlPost({
      jql: "project = PAY",
      maxResults: "many",
    } as never);
    expect((await refusalOf(wrong)).status).toBe(400);
    const auth = Buffer.from(`${jira.credentials.email}:${jira.credentials.token}`).toString("base64");
    const gone = await fetch(`${jira.url}/rest/api/3/search?jql=x`, {
      headers: { authorization: `Basic ${auth}` },
    });
    expect(gone.status).toBe(404);
    expect(jira.violations.map(({ kind, operation }) => [kind, operation])).toEqual([
      ["request", "searchAndReconsileIssuesUsingJqlPost"],
      ["no such operation", "GET /rest/api/3/search"],
    ]);
  });
});

describe("Atlassian's documents", () => {
  const nowhere = new URL("file:///nowhere/");

  it("may be missing, but not on CI", () => {
    vi.stubEnv("CI", "");
    expect(contracts(nowhere)).toBeNull();
    vi.stubEnv("CI", "true");
    expect(() => contracts(nowhere)).toThrow("no contract documents");
    vi.unstubAllEnvs();
  });
});
