import { describe, expect, test } from "vitest";
import type { ConsultationFact } from "#engine/consultation/consultation.ts";
import { jobsAfterConsultation, jobsAfterRun } from "#engine/jobs.ts";
import type { RunFact } from "#engine/run/facts.ts";
import { consultationAfter, runAfter } from "#test/support/given.ts";
import { opened, settled } from "#test/support/sample-question.ts";
import { asked, began, brief, command, model, ready, started, succeeded } from "#test/support/sample-run.ts";

const plan = [model("code"), command("build", ["code"])];
const run = { workspaceId: "T01LOCAL", runId: "r1" };
const work = (key: string, agent = "model") => ({
  name: "work-on-step",
  payload: { ...run, key, agent },
  priority: 0,
});
/** The jobs of a change that adds the last facts to the first ones. */
const jobsOf = (before: readonly RunFact[], ...facts: readonly RunFact[]) =>
  jobsAfterRun(runAfter(...before, ...facts), facts);

describe("after a change of a run", () => {
  test("a goal without a plan is planned", () => {
    expect(jobsOf([], { type: "run.requested", brief: brief() })).toEqual([
      { name: "plan-goal", payload: run, priority: 0 },
    ]);
  });

  test("a goal that came with its plan is not", () => {
    expect(jobsOf([], ...started(plan))).toEqual([work("code")]);
  });

  test("a planner that was stuck plans again", () => {
    const stuck: readonly RunFact[] = [
      { type: "run.requested", brief: brief() },
      { type: "plan.troubled", reason: "x" },
    ];
    expect(jobsOf(stuck, { type: "plan.retried" })).toMatchObject([{ name: "plan-goal" }]);
  });

  test("a ready step is worked on, by the kind of agent that it has now", () => {
    expect(jobsOf([...started(plan), began("code")], succeeded("code"), ready("build"))).toEqual([
      work("build", "command"),
    ]);
  });

  test("a step that began in the same change needs no job", () => {
    expect(jobsOf([...started(plan), began("code")], succeeded("code"), began("build"))).toEqual([]);
    expect(jobsOf(started(plan).slice(0, 3), ready("code"), began("code"))).toEqual([]);
  });

  test("a step that was ready twice in one change is one job", () => {
    const lost: RunFact = { type: "attempt.lost", key: "code", reason: "gone", counts: true };
    expect(jobsOf(started(plan).slice(0, 3), ready("code"), began("code"), lost, ready("code"))).toEqual([
      work("code"),
    ]);
  });

  test("a question is opened, before all other work", () => {
    expect(jobsOf([...started(plan), began("code")], asked("code"))).toEqual([
      { name: "open-question", payload: { ...run, key: "code" }, priority: -20 },
    ]);
  });

  test("questions about work that is done again are withdrawn", () => {
    const reopened: RunFact = {
      type: "steps.reopened",
      keys: ["code"],
      guidance: { by: "U02BOB", text: "x" },
      withdrawn: ["c2"],
    };
    expect(jobsOf(started(plan), reopened)).toEqual([
      {
        name: "withdraw-question",
        payload: { workspaceId: "T01LOCAL", consultationId: "c2" },
        priority: -20,
      },
    ]);
  });

  test.each([
    ["high", -10],
    ["normal", 0],
    ["low", 10],
  ] as const)("%s priority is %i for the queue", (priority, number) => {
    expect(jobsOf([], ...started(plan, { priority }))).toMatchObject([{ priority: number }]);
  });
});

describe("after the end of a run", () => {
  const cancelled: RunFact = { type: "run.cancelled", reason: "x" };
  const close = { name: "close-run", payload: run, priority: 0 };

  test("what it leaves behind is tidied up", () => {
    expect(jobsOf(started([command("a")]), cancelled)).toEqual([close]);
    expect(jobsOf([...started(plan.slice(0, 1)), began("code"), asked("code")], cancelled)).toEqual([close]);
    const projectId = "00000000-0000-4000-8000-000000000002";
    expect(jobsOf(started([model("a")], { projectId }), cancelled)).toEqual([close]);
  });

  test("nothing is tidied up that left nothing behind", () => {
    expect(jobsOf(started([model("a")]), cancelled)).toEqual([]);
  });

  test("nothing else begins that the same change set going", () => {
    expect(jobsOf([...started(plan), began("code")], asked("code"), cancelled)).toEqual([close]);
    expect(jobsOf([], ...started(plan), cancelled)).toEqual([close]);
    expect(jobsOf([], { type: "run.requested", brief: brief() }, cancelled)).toEqual([]);
  });
});

describe("after a change of a question", () => {
  const jobs = (origin: { runId: string; key: string } | null, ...facts: readonly ConsultationFact[]) =>
    jobsAfterConsultation(consultationAfter(opened({ origin }), ...facts), facts);
  const origin = { runId: "r1", key: "approve" };

  test.each<[ConsultationFact]>([[settled("approve")], [{ type: "consultation.expired" }]])(
    "the run that waits is told: %o",
    (fact) => {
      expect(jobs(origin, fact)).toEqual([
        { name: "tell-run", payload: { workspaceId: "T01LOCAL", consultationId: "c1" }, priority: -20 },
      ]);
      expect(jobs(null, fact)).toEqual([]);
    },
  );

  test.each<[ConsultationFact]>([
    [{ type: "consultation.reminded" }],
    [{ type: "consultation.named", people: ["U03CAROL"] }],
    [{ type: "consultation.withdrawn", reason: "x" }],
  ])("the run hears nothing of %o", (fact) => {
    expect(jobs(origin, fact)).toEqual([]);
  });
});
