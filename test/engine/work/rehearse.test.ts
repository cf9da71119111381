import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPlan, Plan } from "#engine/run/plan.ts";
import { rehearse } from "#engine/work/rehearse.ts";

const goal = (text: string, requirements: string[] = []) => ({ text, requirements });

describe("rehearse", () => {
  it("makes a valid plan of four to six steps for any goal, with one rehearsed question and no effect", () => {
    const any = fc.record({
      text: fc.oneof(
        fc.string({ minLength: 1, maxLength: 3_000 }),
        fc.constantFrom("Add X", "Fix Y", "Why Z?"),
      ),
      requirements: fc.array(fc.string(), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(any, (one) => {
        const plan = rehearse(one);
        checkPlan(Plan.parse(plan));
        expect(plan.length).toBeGreaterThanOrEqual(4);
        expect(plan.length).toBeLessThanOrEqual(6);
        expect(plan.filter(({ agent }) => agent.kind === "person" && agent.rehearsed)).toHaveLength(1);
        expect(plan.every(({ agent }) => agent.kind === "rehearsal" || agent.kind === "person")).toBe(true);
        expect(plan.flatMap(({ effects }) => effects)).toEqual([]);
      }),
    );
  });

  it("goes by what the goal sounds like", () => {
    const titles = (text: string) => rehearse(goal(text)).map(({ title }) => title);
    expect(titles("Fix the flaky login test")).toContain("Find the cause and draft a repair");
    expect(titles("Write the release notes")).toContain("Check the facts");
    expect(titles("Add a health check")).toContain("Decide how to go about it");
    expect(titles("Why is checkout slow?")).toHaveLength(4);
  });

  it("plays a security audit, once, where one is required", () => {
    for (const text of ["Add X", "Fix the login", "Add auth"]) {
      const plan = rehearse({ ...goal(text), securityAudit: true });
      checkPlan(plan);
      expect(plan.filter(({ agent }) => "role" in agent && agent.role === "security")).toHaveLength(1);
    }
  });

  it("names the goal in its first step and its question, short enough for a card", () => {
    const plan = rehearse(goal(`Add a health check ${"and more ".repeat(40)}\nsecond line`, ["a", "b"]));
    expect(plan[0]?.title).toMatch(/^Understand: Add a health check.*…$/);
    expect(plan.map(({ title }) => title).join("\n")).toContain("compare with 2 requirements");
  });

  it("plays for some seconds, one step after the other", () => {
    const plan = rehearse(goal("Add a health check"));
    const lastsMs = plan.reduce(
      (sum, { agent }) => sum + (agent.kind === "rehearsal" ? agent.lastsMs : 0),
      0,
    );
    expect(lastsMs).toBeGreaterThan(4_000);
    expect(lastsMs).toBeLessThan(15_000);
    expect(plan.slice(1).every(({ after }, i) => after[0] === plan[i]?.key && after.length === 1)).toBe(true);
  });
});
