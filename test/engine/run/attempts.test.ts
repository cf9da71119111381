import { describe, expect, test } from "vitest";
import { given, NOON, runAfter } from "#test/support/given.ts";
import {
  answer,
  asked,
  began,
  command,
  model,
  next,
  output,
  question,
  ready,
  started,
  succeeded,
} from "#test/support/sample-run.ts";

const plan = [model("code"), command("lint", ["code"]), command("build", ["code"])];
const working = [...started(plan), began("code")];
const finish = { type: "finish step", key: "code", lease: "code-1", output } as const;
const fail = { type: "fail step", key: "code", lease: "code-1", reason: "2 tests failed" } as const;

describe("an attempt", () => {
  const begin = { type: "begin attempt", key: "code", lease: "L", worker: "w1" } as const;

  test("begins on a ready step, with the next number", () => {
    given(...started(plan))
      .when(begin)
      .gives(began("code", 1, "L"));
    given(...working, { type: "attempt.lost", key: "code", reason: "gone", counts: true }, ready("code"))
      .when(begin)
      .gives(began("code", 2, "L"));
  });

  test("does not begin while another one has the step", () => {
    given(...working)
      .when(begin)
      .refused("stale_attempt");
  });

  test("does not begin on a step that waits for others", () => {
    given(...started(plan))
      .when({ ...begin, key: "lint" })
      .refused("stale_attempt");
  });

  test("does not begin on a step that is not there", () => {
    given(...started(plan))
      .when({ ...begin, key: "nothing" })
      .refused("not_found");
  });

  test("says what it is doing", () => {
    const progress = { type: "report progress", key: "code", lease: "code-1", note: "half" } as const;
    given(...working)
      .when(progress)
      .gives({ type: "step.progressed", key: "code", note: "half" });
  });

  test.each([
    [{ type: "report progress", key: "code", lease: "old", note: "late" }],
    [{ ...finish, lease: "old" }],
    [{ ...fail, lease: "old", again: true }],
    [{ type: "lose attempt", key: "code", lease: "old", reason: "gone", counts: true }],
    [{ type: "ask", key: "code", lease: "old", consultationId: "c1", question, checkpoint: null }],
  ] as const)("with a stale lease is refused: %o", (late) => {
    given(...working)
      .when(late)
      .refused("stale_attempt");
  });

  test("is over when the step has been done", () => {
    given(...working, succeeded("code"), ready("lint"), ready("build"))
      .when(finish)
      .refused("stale_attempt");
  });
});

describe("a finished step", () => {
  test("sets free the steps that waited for it", () => {
    given(...working)
      .when(finish)
      .gives(succeeded("code"), ready("lint"), ready("build"));
  });

  test("lets one of them begin at once, where this agent may work on it", () => {
    given(...working)
      .when({ ...finish, next: { ...next, kinds: ["command"] } })
      .gives(succeeded("code"), began("lint", 1, "next"), ready("build"));
  });

  test("begins none that this agent may not work on", () => {
    given(...working)
      .when({ ...finish, next: { ...next, kinds: ["model"] } })
      .gives(succeeded("code"), ready("lint"), ready("build"));
  });

  test("sets nothing free that waits for something else, too", () => {
    const diamond = [command("a"), command("b"), command("c", ["a", "b"])];
    given(...started(diamond), began("a"))
      .when({ ...finish, key: "a", lease: "a-1" })
      .gives(succeeded("a"));
  });

  test("ends the run when it was the last one", () => {
    given(...started([command("a")]), began("a"))
      .when({ ...finish, key: "a", lease: "a-1", next })
      .gives(succeeded("a"), { type: "run.succeeded" });
  });

  test("keeps its output and forgets why it failed before", () => {
    const failed = { type: "step.failed", key: "code", reason: "no", log: "x", notBefore: NOON } as const;
    const run = given(...working, failed, ready("code"), began("code", 2))
      .when({ ...finish, lease: "code-2" })
      .leadsTo();
    expect(run.steps[0]).toMatchObject({ status: "succeeded", output, reason: null, log: null, lease: null });
  });
});

describe("a failed attempt", () => {
  const failed = (tries: number, delayMs: number) =>
    [tries, delayMs, { type: "step.failed", key: "code", reason: "2 tests failed", log: null }] as const;
  /** The step failed that often, and is being worked on again. */
  const failedBefore = (tries: number) => [
    ...started(plan),
    began("code"),
    ...Array.from({ length: tries }).flatMap((_, i) => [
      { type: "step.failed", key: "code", reason: "x", log: null, notBefore: NOON } as const,
      ready("code"),
      began("code", i + 2),
    ]),
  ];

  test.each([failed(0, 1_000), failed(1, 3_000), failed(2, 9_000)])(
    "after %i failures is tried again in %i ms",
    (tries, delayMs, fact) => {
      given(...failedBefore(tries))
        .when({ ...fail, lease: `code-${tries + 1}`, again: true })
        .gives({ ...fact, notBefore: NOON + delayMs });
    },
  );

  test.each([
    [60_000, 60_000],
    [500, 1_000],
    [1_500.2, 1_501],
    [Number.POSITIVE_INFINITY, 86_400_000],
    [Number.NaN, 1_000],
  ])("that was told to come again in %d ms does so in %i ms", (retryAfterMs, delayMs) => {
    given(...working)
      .when({ ...fail, again: true, retryAfterMs })
      .gives({
        type: "step.failed",
        key: "code",
        reason: "2 tests failed",
        log: null,
        notBefore: NOON + delayMs,
      });
  });

  test("after three retries blocks the step: a person is asked", () => {
    const outcome = given(...failedBefore(3)).when({
      ...fail,
      lease: "code-4",
      again: true,
      log: "not ok 7",
    });
    outcome.gives(
      { type: "step.failed", key: "code", reason: "2 tests failed", log: "not ok 7", notBefore: null },
      { type: "step.blocked", key: "code", reason: "2 tests failed" },
    );
    expect(outcome.leadsTo().steps[0]).toMatchObject({ status: "blocked", log: "not ok 7", lease: null });
  });

  test("that can't get better blocks the step at once", () => {
    given(...working)
      .when({ ...fail, again: false })
      .gives(
        { type: "step.failed", key: "code", reason: "2 tests failed", log: null, notBefore: null },
        { type: "step.blocked", key: "code", reason: "2 tests failed" },
      );
  });

  test("leaves the rest of the run going", () => {
    const run = given(...started([command("a"), command("b")]), began("a"))
      .when({ ...fail, key: "a", lease: "a-1", again: false })
      .leadsTo();
    expect(run.status).toBe("running");
    expect(run.steps.map((step) => step.status)).toEqual(["blocked", "ready"]);
  });
});

describe("an attempt that asks", () => {
  const ask = { type: "ask", key: "code", lease: "code-1", consultationId: "c1", question } as const;

  test("ends, and the step waits without a lease", () => {
    const outcome = given(...working).when({ ...ask, checkpoint: { sha: "abc" } });
    outcome.gives(asked("code"));
    expect(outcome.leadsTo().steps[0]).toMatchObject({
      status: "waiting",
      lease: null,
      consultationId: "c1",
      checkpoint: { sha: "abc" },
    });
  });

  test("forgets the answer to what it asked before", () => {
    const run = runAfter(
      ...working,
      asked("code"),
      { type: "step.answered", key: "code", answer: answer("text", "Yes") },
      began("code", 2),
      asked("code", "c2"),
    );
    expect(run.steps[0]).toMatchObject({ consultationId: "c2", answer: null });
  });
});
