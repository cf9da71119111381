import { describe, expect, test } from "vitest";
import { Refusal } from "#engine/errors.ts";
import { checkPlan, isRisky, MOST_STEPS, PlannedStep, troubleWith } from "#engine/run/plan.ts";
import { command } from "#test/support/sample-run.ts";

const chain = (length: number) =>
  Array.from({ length }, (_, i) => command(`s${i}`, i === 0 ? [] : [`s${i - 1}`]));

describe("a plan", () => {
  test("of steps that wait for each other in any order is fine", () => {
    expect(troubleWith(chain(5).reverse())).toEqual([]);
  });

  test("needs a step", () => {
    expect(troubleWith([])).toEqual(["A plan needs at least one step."]);
  });

  test(`has at most ${MOST_STEPS} steps, and a planner's as many as it says`, () => {
    expect(troubleWith(chain(MOST_STEPS))).toEqual([]);
    expect(troubleWith(chain(MOST_STEPS + 1))).toEqual(["A plan has at most 1000 steps; this one has 1001."]);
    expect(troubleWith(chain(51), 50)).toEqual(["A plan has at most 50 steps; this one has 51."]);
  });

  test("has each key once", () => {
    expect(troubleWith([command("a"), command("a")])).toEqual(['Two steps share the key "a".']);
    const same = command("a");
    expect(troubleWith([same, same])).toEqual(['Two steps share the key "a".']);
  });

  test("waits only for steps that it has", () => {
    expect(troubleWith([command("a", ["b"])])).toEqual(['Step "a" waits for "b", which is not in the plan.']);
  });

  test("has no circle, and says who is caught in it", () => {
    const caught = troubleWith([command("a", ["c"]), command("b", ["a"]), command("c", ["b"]), command("d")]);
    expect(caught).toHaveLength(3);
    expect(caught[0]).toBe('Step "a" waits for itself, directly or through others.');
    expect(troubleWith([command("a", ["a"])])).toHaveLength(1);
  });

  test("may name what it waits for twice", () => {
    expect(troubleWith([command("a"), command("b", ["a", "a"])])).toEqual([]);
  });

  test("with trouble is refused with all reasons", () => {
    expect(() => checkPlan([command("a", ["x"]), command("b", ["y"])])).toThrow(
      expect.objectContaining({ code: "bad_plan", message: expect.stringMatching(/"x".*"y"/) }),
    );
    expect(() => checkPlan([])).toThrow(Refusal);
  });

  test("is risky when a step has an effect outside its branch", () => {
    expect(isRisky([command("a"), command("b", [], { effects: ["push"] })])).toBe(true);
    expect(isRisky([command("a", [], { risk: "high" })])).toBe(false);
  });
});

test("a step's key is short and plain, since it becomes part of names", () => {
  for (const key of ["A", "1a", "a b", "", "a".repeat(41), "-a", "a/b"])
    expect(PlannedStep.safeParse({ ...command("a"), key }).success).toBe(false);
  expect(PlannedStep.safeParse({ ...command("a"), key: "build-2" }).success).toBe(true);
});
