import { describe, expect, test } from "vitest";
import { given } from "#test/support/given.ts";
import { brief, command, model, ready, started } from "#test/support/sample-run.ts";

const requested = { type: "run.requested", brief: brief() } as const;
const harmless = [model("code"), model("review", ["code"])];
const risky = [command("tag", [], { effects: ["tag"] })];
const proposed = { type: "plan.proposed", plan: risky } as const;
const ended = [
  [...started(harmless), { type: "run.succeeded" }],
  [...started(harmless), { type: "run.failed", reason: "no" }],
  [...started(harmless), { type: "run.cancelled", reason: "no" }],
] as const;

describe("a goal is asked for", () => {
  test("without a plan it waits for its planner", () => {
    given().when({ type: "request", brief: brief(), plan: null }).gives(requested);
  });

  test("with a saved plan it starts at once, also where the plan is risky: its author typed its name", () => {
    given()
      .when({ type: "request", brief: brief(), plan: risky })
      .gives(requested, proposed, { type: "run.started" }, ready("tag"));
  });

  test("only the first steps are ready", () => {
    const run = given().when({ type: "request", brief: brief(), plan: harmless }).leadsTo();
    expect(run.steps.map((step) => step.status)).toEqual(["ready", "pending"]);
  });

  test("twice is once", () => {
    given(requested).when({ type: "request", brief: brief(), plan: null }).refused("wrong_state");
  });

  test("with a plan that can't finish it is refused, and nothing happens", () => {
    given()
      .when({ type: "request", brief: brief(), plan: [model("code", ["code"])] })
      .refused("bad_plan", /waits for itself/);
  });
});

describe("a plan is proposed", () => {
  test("a harmless one starts by itself", () => {
    given(requested)
      .when({ type: "propose plan", plan: harmless })
      .gives({ type: "plan.proposed", plan: harmless }, { type: "run.started" }, ready("code"));
  });

  test("a risky one waits for the requester", () => {
    const outcome = given(requested).when({ type: "propose plan", plan: risky });
    outcome.gives(proposed);
    expect(outcome.leadsTo().status).toBe("proposed");
  });

  test("always: a harmless one waits, too", () => {
    given({ type: "run.requested", brief: brief({ planApproval: "always" }) })
      .when({ type: "propose plan", plan: harmless })
      .gives({ type: "plan.proposed", plan: harmless });
  });

  test("never: a risky one starts by itself", () => {
    given({ type: "run.requested", brief: brief({ planApproval: "never" }) })
      .when({ type: "propose plan", plan: risky })
      .gives(proposed, { type: "run.started" }, ready("tag"));
  });

  test("one that can't finish is refused", () => {
    given(requested).when({ type: "propose plan", plan: [] }).refused("bad_plan");
  });

  test("a second one comes too late", () => {
    given(requested, proposed).when({ type: "propose plan", plan: harmless }).refused("wrong_state");
    given(...started(harmless))
      .when({ type: "propose plan", plan: harmless })
      .refused("wrong_state");
  });

  test("the requester starts it", () => {
    given(requested, proposed)
      .when({ type: "start", by: "U01ALICE" })
      .gives({ type: "run.started" }, ready("tag"));
  });

  test("nobody else does", () => {
    given(requested, proposed).when({ type: "start", by: "U02BOB" }).refused("not_allowed");
  });

  test("it is started once", () => {
    given(requested, proposed, { type: "run.started" }, ready("tag"))
      .when({ type: "start", by: "U01ALICE" })
      .refused("wrong_state");
  });

  test("there is nothing to start before the plan is there", () => {
    given(requested).when({ type: "start", by: "U01ALICE" }).refused("wrong_state");
  });
});

describe("a planner that is stuck", () => {
  const troubled = { type: "plan.troubled", reason: "A circle, twice." } as const;

  test("says why", () => {
    const outcome = given(requested).when({ type: "report plan trouble", reason: "A circle, twice." });
    outcome.gives(troubled);
    expect(outcome.leadsTo()).toMatchObject({ planTrouble: "A circle, twice.", activeSince: null });
  });

  test("tries again when a person says so, and its time runs again", () => {
    const outcome = given(requested, troubled).when({ type: "plan again" });
    outcome.gives({ type: "plan.retried" });
    expect(outcome.leadsTo()).toMatchObject({ planTrouble: null, activeSince: expect.any(Number) });
  });

  test("is not asked again while it plans", () => {
    given(requested).when({ type: "plan again" }).refused("wrong_state");
  });

  test("can't be stuck when the plan is there", () => {
    given(requested, proposed).when({ type: "report plan trouble", reason: "late" }).refused("wrong_state");
  });
});

describe("guidance and cancelling", () => {
  const guided = { type: "run.guided", guidance: { by: "U02BOB", text: "Mind the tax." } } as const;

  test("guidance is kept for whoever works on it next", () => {
    const outcome = given(requested).when({ type: "guide", by: "U02BOB", text: "Mind the tax." });
    outcome.gives(guided);
    expect(outcome.leadsTo().guidance).toEqual([guided.guidance]);
  });

  test("a cancelled run stops every step that is not over", () => {
    const outcome = given(...started(harmless)).when({ type: "cancel", reason: "Not needed." });
    outcome.gives({ type: "run.cancelled", reason: "Not needed." });
    const run = outcome.leadsTo();
    expect(run).toMatchObject({ status: "cancelled", reason: "Not needed.", activeSince: null });
    expect(run.steps.map((step) => step.status)).toEqual(["cancelled", "cancelled"]);
  });

  test.each(ended.map((past) => [past.at(-1)?.type, past] as const))(
    "after %s nothing is taken",
    (_, past) => {
      given(...past)
        .when({ type: "guide", by: "U02BOB", text: "late" })
        .refused("wrong_state");
      given(...past)
        .when({ type: "cancel", reason: "late" })
        .refused("wrong_state");
      given(...past)
        .when({ type: "keep time" })
        .refused("wrong_state");
      given(...past)
        .when({ type: "plan again" })
        .refused("wrong_state");
      given(...past)
        .when({ type: "start", by: "U01ALICE" })
        .refused("wrong_state");
      given(...past)
        .when({ type: "retry step", key: "code", by: "U02BOB" })
        .refused("wrong_state");
    },
  );

  test("a run that nobody asked for is not found", () => {
    given().when({ type: "cancel", reason: "?" }).refused("not_found");
    given().when({ type: "keep time" }).refused("not_found");
    given().when({ type: "propose plan", plan: harmless }).refused("not_found");
  });
});
