import { describe, expect, test } from "vitest";
import { given } from "#test/support/given.ts";
import {
  answer,
  asked,
  began,
  command,
  done,
  model,
  next,
  output,
  person,
  ready,
  started,
  succeeded,
} from "#test/support/sample-run.ts";

const answered = (key: string, decision: string, note = "") =>
  ({ type: "step.answered", key, answer: answer(decision, note) }) as const;

describe("an answer", () => {
  const waiting = [...started([model("code")]), began("code"), asked("code")];
  const take = {
    type: "take answer",
    key: "code",
    consultationId: "c1",
    answer: answer("text", "Yes"),
  } as const;

  test("makes the step ready, and is kept for its next attempt", () => {
    const outcome = given(...waiting).when(take);
    outcome.gives(answered("code", "text", "Yes"), ready("code"));
    expect(outcome.leadsTo().steps[0]).toMatchObject({ answer: take.answer, checkpoint: { sha: "abc" } });
  });

  test("begins the next attempt at once, where this agent may", () => {
    given(...waiting)
      .when({ ...take, next })
      .gives(answered("code", "text", "Yes"), began("code", 2, "next"));
  });

  test("waits for a place, where this kind of agent has limits", () => {
    given(...waiting)
      .when({ ...take, next: { ...next, kinds: ["person"] } })
      .gives(answered("code", "text", "Yes"), ready("code"));
  });

  test("gives the step all its tries again: a person has had a say", () => {
    const lost = { type: "attempt.lost", key: "code", reason: "gone", counts: true } as const;
    const run = given(
      ...started([model("code")]),
      began("code"),
      lost,
      ready("code"),
      began("code", 2),
      asked("code"),
    )
      .when(take)
      .leadsTo();
    expect(run.steps[0]?.tries).toBe(0);
  });

  test("to another question than the one that is open is refused", () => {
    given(...waiting)
      .when({ ...take, consultationId: "c0" })
      .refused("wrong_state");
  });

  test("that comes a second time is refused", () => {
    given(...waiting, answered("code", "text", "Yes"), ready("code"))
      .when(take)
      .refused("wrong_state");
  });

  test("after the run has ended is refused", () => {
    given(...waiting, { type: "run.cancelled", reason: "no" })
      .when(take)
      .refused("wrong_state");
  });

  test("to a step that is not there is refused", () => {
    given(...waiting)
      .when({ ...take, key: "nothing" })
      .refused("not_found");
  });
});

describe("a question that nobody answered in time", () => {
  const waiting = [...started([model("code"), command("lint")]), began("code"), asked("code")];
  const expired = { type: "question expired", key: "code", consultationId: "c1" } as const;

  test("blocks the step: it is not a no, and nothing is thrown away", () => {
    const outcome = given(...waiting).when(expired);
    outcome.gives({ type: "step.blocked", key: "code", reason: "Nobody answered in time." });
    const run = outcome.leadsTo();
    expect(run.status).toBe("running");
    expect(run.steps[0]).toMatchObject({ status: "blocked", checkpoint: { sha: "abc" } });
  });

  test("can be asked again", () => {
    const blocked = { type: "step.blocked", key: "code", reason: "Nobody answered in time." } as const;
    const outcome = given(...waiting, blocked).when({ type: "retry step", key: "code", by: "U01ALICE" });
    outcome.gives({ type: "step.retried", key: "code" }, ready("code"));
    expect(outcome.leadsTo().steps[0]).toMatchObject({ consultationId: null, answer: null });
  });

  test("that is not open any more changes nothing", () => {
    given(...waiting)
      .when({ ...expired, consultationId: "c0" })
      .refused("wrong_state");
    given(...waiting, answered("code", "text"), ready("code"))
      .when(expired)
      .refused("wrong_state");
  });
});

describe("a rejected approval", () => {
  const waiting = [
    ...started([command("build"), person("approve", "approval", ["build"]), command("tag", ["approve"])]),
    ...done("build").slice(1),
    ready("approve"),
    began("approve"),
    asked("approve"),
  ];
  const reject = (note: string) =>
    ({
      type: "take answer",
      key: "approve",
      consultationId: "c1",
      answer: answer("reject", note),
      next,
    }) as const;

  test.each([
    ["Too early", "Rejected by <@U02BOB>: Too early"],
    ["", "Rejected by <@U02BOB>."],
  ])("ends the run, with its note %o as the reason", (note, reason) => {
    const outcome = given(...waiting).when(reject(note));
    outcome.gives(
      answered("approve", "reject", note),
      { type: "step.failed", key: "approve", reason, log: null, notBefore: null },
      { type: "run.failed", reason },
    );
    const run = outcome.leadsTo();
    expect(run.steps.map((step) => step.status)).toEqual(["succeeded", "failed", "cancelled"]);
  });

  test("is only for approvals: another question's “reject” is an answer like any other", () => {
    given(...started([model("code")]), began("code"), asked("code"))
      .when({ type: "take answer", key: "code", consultationId: "c1", answer: answer("reject") })
      .gives(answered("code", "reject"), ready("code"));
  });
});

describe("an approval step", () => {
  const approval = [...started([person("approve", "approval"), command("tag", ["approve"])])];
  const said = (decision: string) => [
    began("approve"),
    asked("approve"),
    { type: "step.answered", key: "approve", answer: answer(decision) } as const,
    began("approve", 2),
  ];
  const end = { type: "finish step", key: "approve", output } as const;

  test("is done with a person's yes", () => {
    given(...approval, ...said("approve"))
      .when({ ...end, lease: "approve-2" })
      .gives(succeeded("approve"), ready("tag"));
  });

  test("is never done without one, whatever its agent says", () => {
    const outcome = given(...approval, began("approve")).when({ ...end, lease: "approve-1" });
    outcome.gives(
      {
        type: "step.failed",
        key: "approve",
        reason: "Nobody has approved this.",
        log: null,
        notBefore: null,
      },
      { type: "step.blocked", key: "approve", reason: "Nobody has approved this." },
    );
    expect(outcome.leadsTo().steps.map((step) => step.status)).toEqual(["blocked", "pending"]);
  });

  test("is not done with an old yes, when it has asked again", () => {
    const run = given(...approval, ...said("approve"), asked("approve", "c2"), began("approve", 3))
      .when({ ...end, lease: "approve-3" })
      .leadsTo();
    expect(run.steps[0]?.status).toBe("blocked");
  });
});
