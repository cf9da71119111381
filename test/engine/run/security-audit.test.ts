import { describe, expect, test } from "vitest";
import { type Plan, PlannedStep } from "#engine/run/plan.ts";
import { isSecurityAudit } from "#engine/run/run.ts";
import { given } from "#test/support/given.ts";
import { began, brief, command, model, ready, started } from "#test/support/sample-run.ts";

const by = "U01ALICE";
const required = { securityAudit: true };
const step = (agent: object): PlannedStep => PlannedStep.parse({ key: "check", title: "Check", agent });
const audit = step({ kind: "model", role: "security" });

const blocked = (first: Plan[number], changes = {}) => [
  ...started([first, command("after", [first.key])], changes),
  began(first.key),
  { type: "step.failed", key: first.key, reason: "no", log: null, notBefore: null } as const,
  { type: "step.blocked", key: first.key, reason: "no" } as const,
];

describe("a goal that requires a security audit", () => {
  test("takes no saved plan without one", () => {
    const request = { type: "request", brief: brief(required) } as const;
    given()
      .when({ ...request, plan: [command("tag")] })
      .refused("bad_plan", /security audit.*security step/);
    given()
      .when({ ...request, plan: [audit] })
      .gives(
        { type: "run.requested", brief: brief(required) },
        { type: "plan.proposed", plan: [audit] },
        { type: "run.started" },
        ready("check"),
      );
  });

  test("takes no planner's plan without one", () => {
    const planning = given({ type: "run.requested", brief: brief(required) });
    planning.when({ type: "propose plan", plan: [model("code")] }).refused("bad_plan", /security audit/);
    expect(planning.when({ type: "propose plan", plan: [audit] }).leadsTo().status).toBe("running");
  });

  test("lets nobody skip it or stand in for it; it can be tried again", () => {
    const past = blocked(audit, required);
    for (const type of ["skip step", "take step"] as const)
      given(...past)
        .when({ type, key: "check", by })
        .refused("not_allowed", /requires a security audit/);
    given(...past)
      .when({ type: "retry step", key: "check", by })
      .gives({ type: "step.retried", key: "check" }, ready("check"));
  });

  test("where none is required, a security step is like any other", () => {
    given(...blocked(audit))
      .when({ type: "skip step", key: "check", by })
      .gives({ type: "step.skipped", key: "check" }, ready("after"));
  });
});

test("the security role audits, and a command or an agent outside that says by its name that it does", () => {
  const audits = (agent: object) => isSecurityAudit(step(agent));
  expect(audits({ kind: "rehearsal", role: "security", lastsMs: 1 })).toBe(true);
  expect(audits({ kind: "command", run: "npm audit", name: "security-audit" })).toBe(true);
  expect(audits({ kind: "remote", capability: "security-review" })).toBe(true);
  expect(audits({ kind: "model", role: "reviewer" })).toBe(false);
  expect(audits({ kind: "command", run: "npm audit" })).toBe(false); // nobody called it so
  expect(audits({ kind: "command", run: "x", name: "insecurity" })).toBe(false);
  expect(audits({ kind: "remote", capability: "code-review" })).toBe(false);
});
