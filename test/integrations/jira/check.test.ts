import { expect, test } from "vitest";
import type { Finding } from "#integrations/atlassian/finding.ts";
import { checkJira } from "#integrations/jira/check.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { stageJira } from "#test/support/atlassian/stage-jira.ts";

async function look(...args: Parameters<typeof stageJira>) {
  const stage = await stageJira(...args);
  const check = async () => {
    const { settings, far } = stage;
    return await checkJira({ settings, token: far.credentials.token, project: "billing" });
  };
  return { ...stage, check };
}
const lines = (findings: readonly Finding[]): string =>
  findings.map(({ level, what, todo }) => [level, what, ...(todo ? [todo] : [])].join(" | ")).join("\n");

withContracts("A look at Jira before anything is written", () => {
  test("says what would work, and how", async () => {
    const { far, check } = await look();
    const alice = far.person("alice");
    for (const type of ["Epic", "Story", "Task"]) alice.creates("PAY", type, "There");
    const findings = await check();
    expect(findings.filter(({ level }) => level !== "ok")).toEqual([]);
    expect(lines(findings)).toContain("takes the token of Countersign (countersign@example.com)");
    expect(lines(findings)).toContain("Project PAY is “Zahlungen” (company-managed)");
    expect(lines(findings)).toContain("to do: Offen; in progress: In Arbeit; done: Fertig, Abgebrochen");
    expect(lines(findings)).toContain(
      "Task, Epic, Story: from Offen it goes by “Beginnen” to In Arbeit; by “Erledigen” to Fertig; by “Abbrechen” to Abgebrochen",
    );
    expect(far.issues()).toHaveLength(3);
    const reads = ["searchAndReconsileIssuesUsingJqlPost"];
    expect(far.calls.filter((call) => call.method !== "GET").map(({ operationId }) => operationId)).toEqual(
      reads,
    );
    expect(far.violations).toEqual([]);
  });

  test("says which required fields nobody has set, and which set ones are used", async () => {
    const unset = await look("TEAM");
    expect(lines(await unset.check())).toContain(
      "problem | Task, Epic, Story: field 'Team' is required | Set `jira.fields.team` for billing, to one of Red, Blue.",
    );
    const set = await look("TEAM", { fields: { Team: "Blue", Colour: "x" } });
    expect(lines(await set.check())).toContain(
      "ok | Task, Epic, Story: all fields that are required would be filled in, Team as set",
    );
    expect(lines(await set.check())).toContain("warning | `jira.fields.Colour` is on none of these screens");
    const wrong = await look("TEAM", { fields: { Team: "Green" } });
    expect(lines(await wrong.check())).toContain(
      "Jira's field 'Team' has no \"Green\". It has Red, Blue | Change `jira.fields.team` for billing.",
    );
  });

  test("says which types are missing, in the modes that take them", async () => {
    const both = await look("OPS");
    expect(lines(await both.check())).toContain(
      "problem | OPS has no issue type “Story”, which steps of workflows would become | Set `jira.issue_types.step` to Task.",
    );
    const issue = await look("OPS", { mode: "issue" });
    const findings = await issue.check();
    expect(findings.filter(({ level }) => level === "problem")).toEqual([]);
    expect(lines(findings)).toContain(
      "Task: they get no labels, for the screen that makes them has no labels",
    );
    const upside = await look("PAY", { mode: "epic", issueTypes: { epic: "Task", step: "Story" } });
    expect(lines(await upside.check())).toContain(
      "An issue of type Story can't stand under one of type Task | Set `jira.issue_types.step` to Sub-task.",
    );
    const off = await look("PAY", { mode: "off" });
    expect(lines(await off.check())).toContain("Nothing is written: `jira.mode` is off");
  });

  test("says which ways are shut, and which are not known yet", async () => {
    const { far, check } = await look("HOP", { mode: "issue" });
    expect(lines(await check())).toContain("may be moved to each of them shows with the first one");
    const alice = far.person("alice");
    alice.creates("HOP", "Task", "There");
    expect(lines(await check())).toContain(
      "not in every status stands an issue whose transitions could be read",
    );
    for (const status of ["Selected", "Doing", "In Review"])
      alice.moves(alice.creates("HOP", "Task", status), status);
    expect(lines(await check())).toContain("“Select”, “Start”, “Ask for review”, “Release” to Released");
  });

  test("says which rights are missing, and what that means", async () => {
    const { far, check } = await look("READ");
    const findings = await check();
    expect(lines(findings)).toContain(
      "problem | countersign@example.com may not create issues in READ | Ask an admin of that Jira project for the permission CREATE_ISSUES.",
    );
    far.allow("READ", "CREATE_ISSUES", "TRANSITION_ISSUES", "ADD_COMMENTS", "EDIT_OWN_COMMENTS");
    const better = await check();
    expect(better.filter(({ level }) => level === "problem")).toEqual([]);
    expect(lines(better)).toContain("may not link issues in READ: issues don't lead to the thread in Slack");
  });

  test("says that there is no such project, and which there are", async () => {
    const { check } = await look("NOPE");
    expect(lines(await check())).toMatch(/There is no project NOPE that .* can see \| It sees PAY, MOB, /);
  });

  test("says what is wrong with the account or the address, and never fails because of Jira", async () => {
    const { far, settings, check } = await look();
    expect(lines(await checkJira({ settings, token: "another" }))).toContain(
      "does not take the token of countersign@example.com | Make a new one at https://id.atlassian.com/",
    );
    expect(lines(await checkJira({ settings: { ...settings, username: "dana" }, token: "x" }))).toContain(
      "JIRA_USERNAME must be the account's e-mail address",
    );
    far.faults.down(503);
    expect(lines(await check())).toContain("Jira answers 503 | Look at JIRA_URL, or try again later.");
    await far.faults.up();
    far.faults.answer("getCurrentUser", { status: 404, body: {} });
    expect(lines(await check())).toContain("is no Jira: it answers 404");
  });

  test("says how what happens in Jira is heard", async () => {
    const heard = async (settings: Record<string, unknown>) =>
      lines(await (await look("PAY", settings)).check());
    expect(await heard({ inbound: "webhook" })).toContain("/webhooks/jira");
    expect(await heard({ inbound: "poll" })).toContain("no webhook is needed");
    expect(await heard({ goalLabel: "countersign-goal" })).toContain(
      "The label countersign-goal makes no goals: what happens in Jira is not heard | Set `jira.inbound`",
    );
  });
});
