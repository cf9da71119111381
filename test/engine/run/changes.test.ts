import { describe, expect, test } from "vitest";
import type { RunFact } from "#engine/run/facts.ts";
import type { Plan } from "#engine/run/plan.ts";
import { MOST_ROUNDS } from "#engine/run/step.ts";
import { given, type Past } from "#test/support/given.ts";
import {
  answer,
  asked,
  began,
  command,
  done,
  model,
  person,
  ready,
  started,
} from "#test/support/sample-run.ts";

const note = "The tax is wrong.";
const guidance = { by: "U02BOB", text: note };
const answered = { type: "step.answered", key: "review", answer: answer("request_changes", note) } as const;
const blocked = {
  type: "step.blocked",
  key: "review",
  reason: `<@U02BOB> asked for changes: ${note}`,
} as const;
const change = {
  type: "take answer",
  key: "review",
  consultationId: "c1",
  answer: answer("request_changes", note),
} as const;

/** All of these steps are done, and the review waits for its answer. */
const reviewed = (plan: Plan, keys: readonly string[]): readonly RunFact[] => [
  ...started(plan),
  ...keys.flatMap((key) => done(key)),
  ready("review"),
  began("review"),
  asked("review"),
];
const statuses = (past: readonly Past<RunFact>[]) =>
  Object.fromEntries(
    given(...past)
      .when(change)
      .leadsTo()
      .steps.map((step) => [step.key, step.status]),
  );

const plan = [
  command("fetch"),
  model("code", ["fetch"]),
  command("build", ["code"]),
  person("review", "approval", ["build"]),
  command("tag", ["review"]),
];

describe("a reviewer who asks for changes", () => {
  test("sends the work back to the model that wrote it, and what was built on it", () => {
    given(...reviewed(plan, ["fetch", "code", "build"]))
      .when(change)
      .gives(
        answered,
        { type: "steps.reopened", keys: ["code", "build", "review"], guidance, withdrawn: [] },
        ready("code"),
      );
  });

  test("has the note reach whoever works on it next", () => {
    const run = given(...reviewed(plan, ["fetch", "code", "build"]))
      .when(change)
      .leadsTo();
    expect(run).toMatchObject({ rounds: 1, guidance: [guidance] });
    expect(run.steps[1]).toMatchObject({ status: "ready", attempt: 1, tries: 0, output: null });
    expect(run.steps[3]).toMatchObject({ status: "pending", answer: null, consultationId: null });
  });

  test("leaves alone what no model's work stands under", () => {
    expect(statuses(reviewed(plan, ["fetch", "code", "build"]))).toMatchObject({
      fetch: "succeeded",
      tag: "pending",
    });
  });

  test("blocks the step where no model wrote anything: a person says how it goes on", () => {
    const commands = [command("build"), person("review", "approval", ["build"])];
    given(...reviewed(commands, ["build"]))
      .when(change)
      .gives(answered, blocked);
  });

  test("blocks the step where the only model's work was skipped", () => {
    const past = started([model("code"), person("review", "approval", ["code"])]);
    const skipped = { type: "step.skipped", key: "code" } as const;
    given(...past, skipped, ready("review"), began("review"), asked("review"))
      .when(change)
      .gives(answered, blocked);
  });

  test("may do so three times, then the step is blocked", () => {
    const reopened = { type: "steps.reopened", keys: [], guidance, withdrawn: [] } as const;
    const rounds = (count: number) => Array.from({ length: count }, () => reopened);
    const past = reviewed(plan, ["fetch", "code", "build"]);
    expect(statuses([...rounds(MOST_ROUNDS - 1), ...past])).toMatchObject({ review: "pending" });
    given(...rounds(MOST_ROUNDS), ...past)
      .when(change)
      .gives(answered, blocked);
  });
});

describe("work that is sent back while other steps go on with it", () => {
  const wide = [
    model("code"),
    person("review", "approval", ["code"]),
    command("lint", ["code"]),
    person("audit", "approval", ["code"]),
    command("report", ["lint"]),
    command("tag", ["review", "audit"]),
  ];
  const past = reviewed(wide, ["code"]);

  test("takes it away from them: nothing goes on with what is being written again", () => {
    const retrying = { type: "step.failed", key: "lint", reason: "x", log: null, notBefore: 1 } as const;
    for (const meanwhile of [[ready("lint")], [ready("lint"), began("lint")], [began("lint"), retrying]])
      expect(statuses([...past, ...meanwhile])).toMatchObject({ code: "ready", lint: "pending" });
    expect(statuses([...past, ...done("lint"), ...done("report")])).toMatchObject({
      lint: "pending",
      report: "pending",
    });
  });

  test("makes their attempts stale", () => {
    const run = given(...past, ready("lint"), began("lint"))
      .when(change)
      .leadsTo();
    expect(run.steps[2]).toMatchObject({ status: "pending", lease: null, attempt: 1 });
  });

  test("withdraws another approval of it, open or given", () => {
    const approved = { type: "step.answered", key: "audit", answer: answer("approve") } as const;
    const open = [ready("audit"), began("audit"), asked("audit", "c2")];
    const withdrawn = given(...past, ...open).when(change);
    withdrawn.gives(
      answered,
      { type: "steps.reopened", keys: ["code", "review", "audit"], guidance, withdrawn: ["c2"] },
      ready("code"),
    );
    const settled = [...open, approved, began("audit", 2), ...done("audit").slice(2)];
    expect(statuses([...past, ...settled])).toMatchObject({ audit: "pending" });
  });
});
