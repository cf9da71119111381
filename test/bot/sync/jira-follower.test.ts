import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { Later } from "#bot/followers.ts";
import type { Plan } from "#engine/run/plan.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { commentsOn, readAdf } from "#test/support/e2e/jira.ts";
import { type JiraDouble, openJiraStage } from "#test/support/jira-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command, model, person } from "#test/support/sample-run.ts";

const database = await testDatabase();
const open = (...more: Parameters<typeof openJiraStage> extends [unknown, ...infer Rest] ? Rest : []) =>
  openJiraStage(database, ...more);
const EPIC = { mode: "epic" } as const;
const plan = [model("build"), person("agree", "approval", ["build"]), command("tag", ["agree"])];

const summaries = (far: JiraDouble) => far.issues().map(({ fields }) => fields["summary"]);
const keyOf = (far: JiraDouble, summary: string) =>
  far.issues().find(({ fields }) => fields["summary"] === summary)?.key ?? "";
const standings = (far: JiraDouble) => far.issues().map(({ key }) => far.statusOf(key));
const clean = (far: JiraDouble) => {
  expect(far.doubles()).toEqual([]);
  expect(far.violations).toEqual([]);
};

withContracts("an epic", () => {
  it("shows each step where it is, tells milestones once and in order, and costs nothing to look at again", async () => {
    const { far, begin, begins, ends, asks, answers, settle, look } = await open(EPIC);
    const id = await begin(plan);
    await settle(id);
    expect(summaries(far)).toEqual([
      expect.stringMatching(/^Release billing 0\.2\.0 \(g\d+\)$/),
      ...["Do build", "Do agree", "Do tag"],
    ]);
    expect(standings(far)).toEqual(["In Arbeit", "Offen", "Offen", "Offen"]);
    await begins(id, "build");
    await settle(id);
    expect(standings(far)).toEqual(["In Arbeit", "In Arbeit", "Offen", "Offen"]);
    await ends(id, "build");
    await begins(id, "agree");
    await asks(id, "agree", { people: ["U02BOB"], why: "Tests pass." });
    await settle(id);
    expect(standings(far)).toEqual(["In Arbeit", "Fertig", "In Arbeit", "Offen"]);
    await answers(id, "agree", "approve", "Mind the gap.");
    await begins(id, "agree");
    await ends(id, "agree", { summary: "Approved" });
    await begins(id, "tag");
    await ends(id, "tag");
    await settle(id);
    expect(standings(far)).toEqual(["Fertig", "Fertig", "Fertig", "Fertig"]);
    expect(commentsOn(far, keyOf(far, "Do agree"))).toEqual([
      "A question is open: Tag billing v0.2.0?\nTests pass.\nmedium risk · for Bob · to be answered in Slack",
      "Approved by Bob: “Tag billing v0.2.0?”\nMind the gap.",
    ]);
    const epic = far.issues()[0];
    expect(commentsOn(far, epic?.key ?? "")).toEqual([
      "Started for Alice: 3 steps.",
      "What the agents said\n[Coder] 12 tests passed\n[command make tag] 12 tests passed",
      expect.stringMatching(/^Done in .* · approved by Bob\nDo build: 12 tests passed\nDo agree: Approved/),
    ]);
    const before = far.calls.length;
    await look(id);
    expect(far.calls.length).toBe(before);
    clean(far);
  });

  it("of 20 quick steps costs at most one and a half calls a step", async () => {
    const { far, begin, begins, ends, settle } = await open(EPIC);
    const keys = Array.from({ length: 20 }, (_, i) => `s${i}`);
    const chain: Plan = keys.map((key, i) => model(key, i === 0 ? [] : [`s${i - 1}`]));
    const id = await begin(chain);
    await settle(id);
    for (const [i, key] of keys.entries()) {
      await begins(id, key);
      // Somebody looks in the middle of every fourth step.
      if (i % 4 === 3) await settle(id);
      await ends(id, key);
    }
    await settle(id);
    expect(new Set(standings(far))).toEqual(new Set(["Fertig"]));
    // What is learned once for all runs of a project: who we are, screens, ways.
    const learned = /^(getCreateIssueMeta|findAssignableUsers|getTransitions)/;
    const calls = far.calls.filter(({ operationId }) => !learned.test(operationId ?? ""));
    expect(calls.length).toBeLessThanOrEqual(30);
    clean(far);
  });

  it("shows a step under way only when it has worked for a moment", async () => {
    const { far, begin, begins, ends, look, passes, settle } = await open(EPIC);
    const id = await begin([model("build"), model("check", ["build"])]);
    await settle(id);
    await begins(id, "build");
    await expect(look(id)).rejects.toThrow(Later);
    expect(standings(far)).toEqual(["In Arbeit", "Offen", "Offen"]);
    await ends(id, "build");
    await begins(id, "check");
    await passes(2_100);
    await look(id);
    expect(standings(far)).toEqual(["In Arbeit", "Fertig", "In Arbeit"]);
  });

  it("says what is blocked and how it goes on, what failed, and leaves what failed where it is", async () => {
    const { far, begin, begins, fails, doStep, asks, answers, settle } = await open(EPIC);
    const id = await begin(plan);
    await begins(id, "build");
    await fails(id, "build", "503 from <@U02BOB>'s database");
    await settle(id);
    await doStep(id, { type: "skip step", key: "build", by: "U01ALICE" });
    await begins(id, "agree");
    await asks(id, "agree");
    await settle(id);
    await answers(id, "agree", "reject", "Not today.");
    await settle(id);
    expect(commentsOn(far, keyOf(far, "Do build"))).toEqual([
      "Blocked: a person has to say in Slack how it goes on.\n503 from Bob's database",
      "Alice decided: skip this step.",
    ]);
    expect(commentsOn(far, keyOf(far, "Do agree"))[1]).toBe(
      "Rejected by Bob: “Tag billing v0.2.0?”\nNot today.\n\nFailed: Rejected by Bob: Not today.",
    );
    expect(commentsOn(far, far.issues()[0]?.key ?? "").at(-1)).toMatch(
      /^Failed after .*: Rejected by Bob: Not today\.$/,
    );
    expect(standings(far)).toEqual(["In Arbeit", "Abgebrochen", "In Arbeit", "Abgebrochen"]);
    clean(far);
  });

  it("is cancelled with all that was not done", async () => {
    const { far, begin, begins, ends, cancels, settle } = await open(EPIC);
    const id = await begin(plan);
    await begins(id, "build");
    await ends(id, "build");
    await settle(id);
    await cancels(id);
    await settle(id);
    expect(standings(far)).toEqual(["Abgebrochen", "Fertig", "Abgebrochen", "Abgebrochen"]);
    expect(commentsOn(far, far.issues()[0]?.key ?? "").at(-1)).toMatch(
      /^Cancelled after .*: Cancelled by Alice: not now\.$/,
    );
  });

  it("of a goal that is worked on again is another one, which the one before names", async () => {
    const { far, begin, cancels, settle } = await open(EPIC);
    const goalId = randomUUID();
    const first = await begin(plan, { goalId });
    await settle(first);
    await cancels(first);
    await settle(first);
    const again = await begin(plan, { goalId, feedback: "With the API." });
    await settle(again);
    const epics = far.issues().filter(({ type }) => type === "10000");
    expect(epics).toHaveLength(2);
    expect(commentsOn(far, epics[0]?.key ?? "").at(-1)).toBe(
      `Worked on again as ${epics[1]?.key}:\nWith the API.`,
    );
    expect(commentsOn(far, epics[1]?.key ?? "")[0]).toBe("Started again for Alice: 3 steps.");
    expect(readAdf(epics[1]?.fields["description"])).toContain(
      "What should be different this time\nWith the API.",
    );
    clean(far);
  });

  it("says what every hostile text says, and nothing of it is markup", async () => {
    const text = `</ac:structured-macro> {code}rm -rf{code} [~alice] @alice <@U02BOB> \u202etxt.exe 👩‍👩‍👧 ${"x".repeat(9_000)}`;
    const { far, begin, begins, notes, ends, settle } = await open(EPIC);
    const id = await begin([model("build")], {
      text,
      title: "مرحبا \u202e{code}",
      requirements: ["[a|https://evil.example]"],
    });
    await begins(id, "build");
    for (let i = 0; i < 60; i++) await notes(id, "build", `${i} ${text}`);
    await ends(id, "build", { summary: "*done* ".repeat(60) });
    await settle(id);
    const [epic] = far.issues();
    expect(epic?.fields["summary"]).toMatch(/^مرحبا \{code\} \(g\d+\)$/);
    const description = readAdf(epic?.fields["description"]);
    expect(description).toContain(
      "</ac:structured-macro> {code}rm -rf{code} [~alice] @alice Bob txt.exe 👩‍👩‍👧",
    );
    const said =
      commentsOn(far, epic?.key ?? "").find((each) => each.startsWith("What the agents said")) ?? "";
    expect(said).toMatch(/^What the agents said\n… \(cut: \d+ earlier messages\)\n\[Coder\] /);
    expect(said).toContain("[Coder] *done* *done*");
    expect(JSON.stringify(far.issues().map(({ comments, fields }) => [comments, fields]))).not.toMatch(
      /"type":"(mention|link|inlineCard)"/,
    );
    clean(far);
  });
});

withContracts("what was made before", () => {
  it.each([
    ["createIssue", 1],
    ["createIssues", 1],
    ["addComment", 1],
    ["addComment", 2],
    ["doTransition", 1],
    ["createOrUpdateRemoteIssueLink", 1],
    ["updateComment", 1],
  ])("is not made again: %s number %i is carried out, and nobody hears of it", async (operation, nth) => {
    const { far, begin, begins, ends, notes, settle, restart, passes } = await open(EPIC);
    far.faults.breakAfter(operation, { nth });
    const id = await begin([model("build"), model("check", ["build"])]);
    await settle(id);
    restart();
    await begins(id, "build");
    await notes(id, "build", "half of it");
    await passes(31_000);
    await settle(id);
    await ends(id, "build");
    await begins(id, "check");
    await ends(id, "check");
    await settle(id);
    expect(far.issues()).toHaveLength(3);
    expect(standings(far)).toEqual(["Fertig", "Fertig", "Fertig"]);
    expect(commentsOn(far, far.issues()[0]?.key ?? "")).toHaveLength(3);
    clean(far);
  });

  it("is not looked for before Jira can know it, and then found though search is slow", async () => {
    const { far, begin, look, passes, settle } = await open(EPIC);
    far.lag(20_000);
    far.faults.breakAfter("createIssue");
    const id = await begin(plan);
    await expect(look(id)).rejects.toThrow(Later);
    await passes(2_100);
    await expect(look(id)).rejects.toMatchObject({ name: "Later", waitMs: expect.closeTo(28_000, -4) });
    far.lag(0);
    await settle(id);
    expect(far.issues()).toHaveLength(4);
    clean(far);
  });

  it("is made again at once where it was refused, or nobody was asked", async () => {
    const { far, begin, look, passes } = await open(EPIC);
    far.faults.limit("createIssue", 3);
    const id = await begin(plan);
    await expect(look(id)).rejects.toMatchObject({ name: "Later", waitMs: expect.closeTo(3_000, -3) });
    await expect(look(id)).rejects.toThrow(Later);
    await passes(3_100);
    await look(id);
    expect(far.count("searchAndReconsileIssuesUsingJqlPost")).toBe(0);
    expect(far.issues()).toHaveLength(4);
  });
});
