import { describe, expect, test } from "vitest";
import type { Plan } from "#engine/run/plan.ts";
import { type Brief, type Ending, endingOf } from "#engine/run/run.ts";
import { given, runAfter } from "#test/support/given.ts";
import {
  began,
  command,
  done,
  model,
  output,
  person,
  rehearsal,
  started,
  succeeded,
  testing,
} from "#test/support/sample-run.ts";

const finish = { type: "finish step", key: "last", lease: "last-1", output } as const;

describe("tests must pass", () => {
  const last = (plan: Plan, changes: Partial<Brief>) =>
    given(...started(plan, changes), began("last")).when(finish);

  test("a goal whose tests ran and passed is done", () => {
    last([testing("last")], { testsMustPass: true }).gives(succeeded("last"), { type: "run.succeeded" });
  });

  test("a goal in which no step ran them has failed", () => {
    last([command("last")], { testsMustPass: true }).gives(succeeded("last"), {
      type: "run.failed",
      reason: "Tests must pass for this goal, and no step ran them.",
    });
  });

  test("a goal for which they need not pass is done without them", () => {
    last([command("last")], { testsMustPass: false }).gives(succeeded("last"), { type: "run.succeeded" });
  });

  test("a rehearsal runs no tests, and claims nothing", () => {
    last([rehearsal("last")], { testsMustPass: true, rehearsed: true }).gives(succeeded("last"), {
      type: "run.succeeded",
    });
  });
});

describe("the word that a goal ends with", () => {
  const all = (plan: Plan, changes: Partial<Brief> = {}): Ending | null =>
    endingOf(
      runAfter(...started(plan, changes), ...plan.flatMap(({ key }) => done(key)), { type: "run.succeeded" }),
    );

  test.each([
    ["Done", [model("a"), command("b", ["a"])]],
    ["Done", [person("a", "work")]],
    ["Answered", [model("a"), model("b", ["a"])]],
    ["Answered", [model("a"), person("b", "approval", ["a"])]],
    ["Answered", [rehearsal("a")]],
  ] as const)("is %s, by what was done", (word, plan) => {
    expect(all(plan)).toBe(word);
  });

  test("is Rehearsed, whatever was played", () => {
    expect(all([rehearsal("a")], { rehearsed: true })).toBe("Rehearsed");
  });

  test("is Answered where the only command was skipped", () => {
    const run = runAfter(
      ...started([command("a")]),
      { type: "step.skipped", key: "a" },
      { type: "run.succeeded" },
    );
    expect(endingOf(run)).toBe("Answered");
  });

  test("is Failed or Cancelled, also for a rehearsal", () => {
    const past = started([rehearsal("a")], { rehearsed: true });
    expect(endingOf(runAfter(...past, { type: "run.failed", reason: "no" }))).toBe("Failed");
    expect(endingOf(runAfter(...past, { type: "run.cancelled", reason: "no" }))).toBe("Cancelled");
  });

  test("is not there while the run goes on", () => {
    expect(endingOf(runAfter(...started([command("a")])))).toBeNull();
  });
});
