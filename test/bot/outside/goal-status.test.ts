import { expect, test } from "vitest";
import { GOAL_STATUSES, readStatus, STATUS_ALIASES, statusOf } from "#bot/outside/goals/goal-status.ts";
import { runAfter } from "#test/support/given.ts";
import { asked, began, brief, command, person, started } from "#test/support/sample-run.ts";

test("a run's status says whether a person must act", () => {
  const plan = [person("ok", "approval")];
  const requested = { type: "run.requested", brief: brief() } as const;
  const proposed = [requested, { type: "plan.proposed", plan }] as const;
  expect(statusOf(runAfter(requested))).toBe("planning");
  expect(statusOf(runAfter(requested, { type: "plan.troubled", reason: "" }))).toBe("awaiting_human");
  expect(statusOf(runAfter(...proposed))).toBe("proposed");
  expect(statusOf(runAfter(...started(plan)))).toBe("running");
  expect(statusOf(runAfter(...started(plan), began("ok"), asked("ok")))).toBe("awaiting_human");
  const beside = [...plan, command("build")];
  expect(statusOf(runAfter(...started(beside), began("ok"), asked("ok")))).toBe("running");
  expect(statusOf(runAfter(...started(plan), { type: "run.succeeded" }))).toBe("completed");
  expect(statusOf(runAfter(...started(plan), { type: "run.failed", reason: "" }))).toBe("failed");
  expect(statusOf(runAfter(...started(plan), { type: "run.cancelled", reason: "" }))).toBe("cancelled");
});

test("statuses are asked for in our words and the documents', and in no others", () => {
  for (const status of GOAL_STATUSES) expect(readStatus(status)).toEqual([status]);
  for (const word of Object.keys(STATUS_ALIASES)) expect(readStatus(word)).not.toBeNull();
  expect(readStatus("done")).toEqual(["completed"]);
  expect(readStatus("todo")).toEqual(readStatus("pending"));
  for (const word of ["", "soon", "constructor", "__proto__"]) expect(readStatus(word)).toBeNull();
});
