import { describe, expect, test } from "vitest";
import type { Plan } from "#engine/run/plan.ts";
import type { Brief } from "#engine/run/run.ts";
import { given } from "#test/support/given.ts";
import { began, command, model, person, ready, started, testing } from "#test/support/sample-run.ts";

const blocked = (first: Plan[number], changes: Partial<Brief> = {}) => [
  ...started([first, command("after", [first.key])], changes),
  began(first.key),
  { type: "step.failed", key: first.key, reason: "no", log: "long", notBefore: null } as const,
  { type: "step.blocked", key: first.key, reason: "no" } as const,
];
const by = "U01ALICE";

describe("a blocked step", () => {
  test("is tried again when a person says so, with all its tries", () => {
    const outcome = given(...blocked(model("code"))).when({ type: "retry step", key: "code", by });
    outcome.gives({ type: "step.retried", key: "code" }, ready("code"));
    expect(outcome.leadsTo().steps[0]).toMatchObject({ tries: 0, attempt: 1, endedAt: null });
  });

  test("can be skipped: what waited for it goes on", () => {
    given(...blocked(model("code")))
      .when({ type: "skip step", key: "code", by })
      .gives({ type: "step.skipped", key: "code" }, ready("after"));
  });

  test("can be taken over by a person, who is then asked whether it is done", () => {
    const outcome = given(...blocked(model("code"))).when({ type: "take step", key: "code", by });
    outcome.gives({ type: "step.taken", key: "code", by }, ready("code"));
    expect(outcome.leadsTo().steps[0]?.agent).toEqual({
      kind: "person",
      asks: "work",
      what: "Do code: done by you?",
      why: "no",
      people: [by],
      rehearsed: false,
    });
  });

  test("explains itself to that person in as many words as fit", () => {
    const long = { type: "step.blocked", key: "code", reason: "x".repeat(9_000) } as const;
    const run = given(...blocked(model("code")), long)
      .when({ type: "take step", key: "code", by })
      .leadsTo();
    expect(run.steps[0]?.agent).toMatchObject({ why: "x".repeat(2_000) });
  });

  test("that is the last one ends the run when it is skipped", () => {
    given(...started([model("code")]), { type: "step.blocked", key: "code", reason: "no" })
      .when({ type: "skip step", key: "code", by })
      .gives({ type: "step.skipped", key: "code" }, { type: "run.succeeded" });
  });
});

describe.each(["retry step", "skip step", "take step"] as const)("%s", (type) => {
  test("is refused for a step that is not blocked", () => {
    given(...started([model("code")]))
      .when({ type, key: "code", by })
      .refused("wrong_state");
    given(...started([model("code")]), began("code"))
      .when({ type, key: "code", by })
      .refused("wrong_state");
  });

  test("is refused for a step that is not there", () => {
    given(...started([model("code")]))
      .when({ type, key: "nothing", by })
      .refused("not_found");
  });
});

describe("what must not be got round", () => {
  test("an approval can be asked for again, but not skipped or taken over", () => {
    const past = blocked(person("approve", "approval"));
    given(...past)
      .when({ type: "skip step", key: "approve", by })
      .refused("not_allowed");
    given(...past)
      .when({ type: "take step", key: "approve", by })
      .refused("not_allowed");
    given(...past)
      .when({ type: "retry step", key: "approve", by })
      .gives({ type: "step.retried", key: "approve" }, ready("approve"));
  });

  test("tests that must pass can be run again, but not skipped or taken over", () => {
    const past = blocked(testing("check"), { testsMustPass: true });
    given(...past)
      .when({ type: "skip step", key: "check", by })
      .refused("not_allowed", /Tests must pass/);
    given(...past)
      .when({ type: "take step", key: "check", by })
      .refused("not_allowed", /Tests must pass/);
    given(...past)
      .when({ type: "retry step", key: "check", by })
      .gives({ type: "step.retried", key: "check" }, ready("check"));
  });

  test("tests that need not pass can be skipped", () => {
    given(...blocked(testing("check")))
      .when({ type: "skip step", key: "check", by })
      .gives({ type: "step.skipped", key: "check" }, ready("after"));
  });
});
