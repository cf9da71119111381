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
    /** Somebody looks in the middle of every fourth step. */
    const quick = async (count: number) => {
      const keys = Array.from({ length: count }, (_, i) => `s${i}`);
      const chain: Plan = keys.map((key, i) => model(key, i === 0 ? [] : [`s${i - 1}`]));
      const id = await begin(chain);
      await settle(id);
      for (const [i, key] of keys.entries()) {
        await begins(id, key);
        if (i % 4 === 3) await settle(id);
        await ends(id, key);
      }
      await settle(id);
    };
    await quick(8); // screens and ways are learned once for all runs of a project
    const learned = far.calls.length;
    await quick(20);
    const calls = far.calls.slice(learned).map(({ operationId }) => operationId);
    expect(new Set(standings(far))).toEqual(new Set(["Fertig"]));
    expect(calls.length, calls.join(" ")).toBeLessThanOrEqual(30);
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
    await passes(5_100);
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
});
