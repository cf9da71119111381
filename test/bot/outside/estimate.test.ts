import { describe, expect, it } from "vitest";
import { estimate } from "#bot/outside/goals/estimate.ts";
import type { Durations } from "#db/durations.ts";
import { NOON, runAfter } from "#test/support/given.ts";
import {
  asked,
  began,
  brief,
  command,
  done,
  model,
  person,
  ready,
  started,
} from "#test/support/sample-run.ts";

const MINUTE = 60_000;
const nothing: Durations = { steps: new Map(), answerMs: null };
const known: Durations = {
  steps: new Map([
    ["command:make build", 2 * MINUTE],
    ["command:make check", 6 * MINUTE],
    ["model:coder", 10 * MINUTE],
  ]),
  answerMs: 30 * MINUTE,
};

describe("when a run will be done", () => {
  it("is the allowed working time from now on, while nobody has planned", () => {
    const planning = runAfter({ type: "run.requested", brief: brief({ maxTimeMs: 60 * MINUTE }) });
    expect(estimate(planning, known, NOON + 5 * MINUTE)).toEqual({
      ...{ completesAt: NOON + 60 * MINUTE, workMs: 55 * MINUTE, tasks: null, from: "max_time" },
    });
  });

  it("is the longest way through the plan, each step as long as its like took", () => {
    const plan = [
      command("build"),
      command("check", ["build"]),
      model("code", ["build"]),
      command("join", ["check", "code"]),
    ];
    // build 2, then code 10 (check takes 6 beside it), then join, of which nobody knows: its time limit, 5
    expect(estimate(runAfter(...started(plan)), known, NOON)).toMatchObject({
      ...{ workMs: 17 * MINUTE, completesAt: NOON + 17 * MINUTE, tasks: 4, from: "plan" },
    });
  });

  it("counts only what is left: what is done no more, what is under way as far as its like has still to go", () => {
    const plan = [command("build"), model("code", ["build"])];
    const run = runAfter(...started(plan), ...done("build").slice(1), ready("code"), began("code"));
    expect(estimate(run, known, NOON + 4 * MINUTE).workMs).toBe(6 * MINUTE);
    expect(estimate(run, known, NOON + 25 * MINUTE).workMs).toBe(0); // any moment
  });

  it("gives people the time that they took lately, and none where nobody ever answered; it is no working time", () => {
    const plan = [command("build"), person("ok", "approval", ["build"])];
    const run = runAfter(...started(plan));
    expect(estimate(run, known, NOON)).toMatchObject({ workMs: 2 * MINUTE, completesAt: NOON + 32 * MINUTE });
    expect(estimate(run, nothing, NOON)).toMatchObject({
      workMs: 5 * MINUTE,
      completesAt: NOON + 5 * MINUTE,
    });
    const waiting = runAfter(
      ...started(plan),
      ...done("build").slice(1),
      ready("ok"),
      began("ok"),
      asked("ok"),
    );
    expect(estimate(waiting, known, NOON)).toMatchObject({ workMs: 0, completesAt: NOON + 30 * MINUTE });
  });

  it("never counts more work than the time that is allowed", () => {
    const plan = [model("code"), model("more", ["code"])];
    const run = runAfter(...started(plan, { maxTimeMs: 15 * MINUTE }));
    expect(estimate(run, known, NOON)).toMatchObject({
      workMs: 15 * MINUTE,
      completesAt: NOON + 15 * MINUTE,
    });
  });

  it("is when it ended, once it has", () => {
    const run = runAfter(...started([command("build")]), { type: "run.cancelled", reason: "", at: NOON + 7 });
    expect(estimate(run, known, NOON + MINUTE)).toEqual({
      completesAt: NOON + 7,
      workMs: 0,
      tasks: 1,
      from: "plan",
    });
  });
});
