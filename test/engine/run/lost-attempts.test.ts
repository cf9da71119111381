import { describe, expect, test } from "vitest";
import { given } from "#test/support/given.ts";
import { began, command, model, ready, started } from "#test/support/sample-run.ts";

const working = [...started([model("code"), command("lint", ["code"])]), began("code")];

describe("a lost attempt", () => {
  const lose = {
    type: "lose attempt",
    key: "code",
    lease: "code-1",
    reason: "Its worker is gone.",
    counts: true,
  } as const;
  const lost = { type: "attempt.lost", key: "code", reason: "Its worker is gone.", counts: true } as const;

  test("is made up for at once, and costs the step one of its tries", () => {
    const outcome = given(...working).when(lose);
    outcome.gives(lost, ready("code"));
    expect(outcome.leadsTo().steps[0]).toMatchObject({
      status: "ready",
      tries: 1,
      lease: null,
      worker: null,
    });
  });

  test("blocks the step when its tries are used up: what kills its workers is not tried for ever", () => {
    const again = (attempt: number) => [lost, ready("code"), began("code", attempt)];
    given(...working, ...again(2), ...again(3), ...again(4))
      .when({ ...lose, lease: "code-4" })
      .gives(lost, { type: "step.blocked", key: "code", reason: "Its worker is gone." });
  });

  test("of a worker that was stopped in good order costs no try", () => {
    const outcome = given(...working).when({ ...lose, counts: false });
    outcome.gives({ ...lost, counts: false }, ready("code"));
    expect(outcome.leadsTo().steps[0]?.tries).toBe(0);
  });
});
