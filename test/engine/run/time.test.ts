import { describe, expect, test } from "vitest";
import type { RunFact } from "#engine/run/facts.ts";
import { deadlineOf, dueAt } from "#engine/run/retry.ts";
import { given, NOON, type Past, runAfter } from "#test/support/given.ts";
import {
  answer,
  asked,
  began,
  brief,
  command,
  model,
  person,
  ready,
  started,
} from "#test/support/sample-run.ts";

const MAX_MS = 60_000;
const HOUR_MS = 3_600_000;
const at = (ms: number, fact: RunFact): Past<RunFact> => ({ ...fact, at: NOON + ms });
const one = started([command("a"), command("b", ["a"])], { maxTimeMs: MAX_MS });
const used = {
  type: "run.failed",
  reason: "The working time that was allowed for this goal is used up.",
} as const;

describe("the allowed time", () => {
  test("runs from the request, also while the goal is planned", () => {
    const planning = { type: "run.requested", brief: brief({ maxTimeMs: MAX_MS }) } as const;
    expect(dueAt(runAfter(planning))).toBe(NOON + MAX_MS);
    given(planning)
      .when({ type: "keep time" }, NOON + MAX_MS)
      .gives(used);
  });

  test("used up ends the run, and everything in it", () => {
    const outcome = given(...one, began("a")).when({ type: "keep time" }, NOON + MAX_MS);
    outcome.gives(used);
    const run = outcome.leadsTo();
    expect(run.steps.map((step) => step.status)).toEqual(["cancelled", "cancelled"]);
    expect(run).toMatchObject({ activeMs: MAX_MS, activeSince: null, endedAt: NOON + MAX_MS });
    expect(dueAt(run)).toBeNull();
  });

  test("a moment before, nothing happens", () => {
    given(...one, began("a"))
      .when({ type: "keep time" }, NOON + MAX_MS - 1)
      .gives();
  });

  test("stands while everything waits for people, and then goes on where it stood", () => {
    const waiting = [...one, began("a"), at(20_000, asked("a"))];
    expect(runAfter(...waiting)).toMatchObject({ activeMs: 20_000, activeSince: null });
    expect(dueAt(runAfter(...waiting))).toBeNull();
    given(...waiting)
      .when({ type: "keep time" }, NOON + 72 * HOUR_MS)
      .gives();

    const answered = { type: "step.answered", key: "a", answer: answer("text", "Yes") } as const;
    const later = 72 * HOUR_MS;
    const goesOn = runAfter(...waiting, at(later, answered), at(later, ready("a")));
    expect(deadlineOf(goesOn)).toBe(NOON + later + MAX_MS - 20_000);
  });

  test("runs on while one step waits and another is worked on", () => {
    const both = started([model("a"), model("b")], { maxTimeMs: MAX_MS });
    const run = runAfter(...both, began("a"), began("b"), at(20_000, asked("a")));
    expect(deadlineOf(run)).toBe(NOON + MAX_MS);
  });

  test("stands while a plan waits for its start, while the planner is stuck, and while a step is blocked", () => {
    const risky = [command("tag", [], { effects: ["tag"] })];
    const proposed = [
      { type: "run.requested", brief: brief() },
      { type: "plan.proposed", plan: risky },
    ] as const;
    expect(dueAt(runAfter(...proposed))).toBeNull();
    expect(dueAt(runAfter(proposed[0], { type: "plan.troubled", reason: "no" }))).toBeNull();
    expect(dueAt(runAfter(...one, began("a"), { type: "step.blocked", key: "a", reason: "no" }))).toBeNull();
  });

  test("is not turned back by a clock that is", () => {
    const run = runAfter(...one, began("a"), at(-5_000, asked("a")));
    expect(run.activeMs).toBe(0);
  });
});

describe("a step that is to be tried again", () => {
  const failed = { type: "step.failed", key: "a", reason: "no", log: null, notBefore: NOON + 1_000 } as const;

  test("is ready when its time has come", () => {
    expect(dueAt(runAfter(...one, began("a"), failed))).toBe(NOON + 1_000);
    given(...one, began("a"), failed)
      .when({ type: "keep time" }, NOON + 999)
      .gives();
    given(...one, began("a"), failed)
      .when({ type: "keep time" }, NOON + 1_000)
      .gives(ready("a"));
  });

  test("counts as working: time runs, and it is not over yet", () => {
    const run = runAfter(...one, began("a"), failed);
    expect(deadlineOf(run)).toBe(NOON + MAX_MS);
    expect(run.steps[0]).toMatchObject({ status: "retrying", endedAt: null });
  });

  test("does not outlive the allowed time", () => {
    given(...one, began("a"), { ...failed, notBefore: NOON + MAX_MS + 5 })
      .when({ type: "keep time" }, NOON + MAX_MS + 5)
      .gives(used);
  });

  test("comes with all others whose time has come", () => {
    const two = started([command("a"), command("b"), command("c")]);
    given(
      ...two,
      ...["a", "b", "c"].map((key) => began(key)),
      failed,
      { ...failed, key: "b" },
      { ...failed, key: "c", notBefore: NOON + 3_000 },
    )
      .when({ type: "keep time" }, NOON + 1_000)
      .gives(ready("a"), ready("b"));
  });
});

test("a run in which everything waits for a person has nothing due", () => {
  expect(dueAt(runAfter(...started([person("ask", "work")]), began("ask"), asked("ask")))).toBeNull();
});
