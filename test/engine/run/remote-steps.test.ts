import { describe, expect, test } from "vitest";
import { jobsAfterRun } from "#engine/jobs.ts";
import { AgentSpec } from "#engine/run/plan.ts";
import { endingOf } from "#engine/run/run.ts";
import { given, runAfter } from "#test/support/given.ts";
import {
  answer,
  asked,
  began,
  claimed,
  model,
  next,
  output,
  person,
  question,
  ready,
  remote,
  started,
  succeeded,
} from "#test/support/sample-run.ts";

const plan = [remote("scan")];
const claim = { by: "scanner", attempt: 1 };
const begin = { type: "begin attempt", key: "scan", lease: "l1", worker: "a1" } as const;

describe("who works on a step outside", () => {
  test.each([
    ["one by its name", { agent: "Code scanner" }],
    ["whoever can do it", { capability: "code-review" }],
  ])("is %s", (_, who) => {
    expect(AgentSpec.parse({ kind: "remote", ...who })).toEqual({ kind: "remote", ...who });
  });

  test.each([
    ["nobody", {}],
    ["both", { agent: "scanner", capability: "scan" }],
    ["no name", { agent: " " }],
    ["no word", { capability: "Code Review" }],
    ["a shell line", { agent: "scanner", run: "ls" }],
  ])("is not %s", (_, who) => {
    expect(AgentSpec.safeParse({ kind: "remote", ...who }).success).toBe(false);
  });
});

describe("a step for an agent outside", () => {
  test("is offered, not handed to one of ours", () => {
    const facts = started(plan);
    expect(jobsAfterRun(runAfter(...facts), facts)).toEqual([
      { name: "offer-step", payload: { workspaceId: "T01LOCAL", runId: "r1", key: "scan" }, priority: 0 },
    ]);
  });

  test("is begun by a claim, and knows whose it is", () => {
    const outcome = given(...started(plan)).when({ ...begin, claim });
    outcome.gives({
      type: "attempt.began",
      key: "scan",
      attempt: 1,
      lease: "l1",
      worker: "a1",
      by: "scanner",
    });
    expect(outcome.leadsTo().steps[0]).toMatchObject({ status: "working", outsideAgent: "scanner" });
  });

  test("is not begun without a claim, nor by a claim of an attempt that was offered before", () => {
    given(...started(plan))
      .when(begin)
      .refused("stale_attempt");
    given(...started(plan), claimed("scan"), ...lost)
      .when({ ...begin, claim })
      .refused("stale_attempt");
  });

  test("is nobody else's once it is claimed", () => {
    given(...started(plan), claimed("scan"))
      .when({ ...begin, claim: { by: "other", attempt: 2 } })
      .refused("stale_attempt");
  });

  test("and what is not for one can't be claimed", () => {
    given(...started([model("scan")]))
      .when({ ...begin, claim })
      .refused("stale_attempt");
  });

  test("waits for a claim also where the worker before it could go on at once", () => {
    given(...started([model("code"), remote("scan", ["code"])]), began("code"))
      .when({ type: "finish step", key: "code", lease: "code-1", output, next })
      .gives(succeeded("code"), ready("scan"));
  });

  test("waits for a claim again when its question is answered, with the answer and what it left behind", () => {
    const outcome = given(...started(plan), claimed("scan"), asked("scan")).when({
      ...{ type: "take answer", key: "scan", consultationId: "c1", answer: answer("approve"), next },
    });
    outcome.gives({ type: "step.answered", key: "scan", answer: answer("approve") }, ready("scan"));
    expect(outcome.leadsTo().steps[0]).toMatchObject({
      answer: { by: "U02BOB" },
      checkpoint: { sha: "abc" },
    });
  });

  test("says a note once, however often its agent says it", () => {
    const told = [...started(plan), claimed("scan")];
    const note = { type: "step.progressed", key: "scan", note: "Reading" } as const;
    const report = { type: "report progress", key: "scan", lease: "scan-1", note: "Reading" } as const;
    given(...told)
      .when(report)
      .gives(note);
    given(...told, note)
      .when(report)
      .gives();
  });

  test("that a person takes over is that person's", () => {
    const blocked = { type: "step.blocked", key: "scan", reason: "no" } as const;
    const taken = given(...started(plan), claimed("scan"), blocked)
      .when({ type: "take step", key: "scan", by: "U01ALICE" })
      .leadsTo();
    expect(taken.steps[0]).toMatchObject({ agent: { kind: "person" }, outsideAgent: undefined });
  });

  test("has done something: the goal is Done, and not only Answered", () => {
    expect(
      endingOf(runAfter(...started(plan), claimed("scan"), succeeded("scan"), { type: "run.succeeded" })),
    ).toBe("Done");
  });
});

describe("changes that a reviewer asks for", () => {
  const reviewed = (first: ReturnType<typeof remote>) => [
    ...started([first, person("approve", "approval", ["scan"])]),
    claimed("scan"),
    succeeded("scan"),
    ready("approve"),
    began("approve"),
    asked("approve"),
  ];
  const wants = { ...answer("request_changes"), note: "Look again." };
  const take = { type: "take answer", key: "approve", consultationId: "c1", answer: wants } as const;

  test("go back to the agent outside that wrote it", () => {
    const after = given(...reviewed(remote("scan")))
      .when(take)
      .leadsTo();
    expect(after.steps[0]).toMatchObject({ status: "ready", attempt: 1 });
    expect(after.guidance).toEqual([{ by: "U02BOB", text: "Look again." }]);
  });

  test("don't have it push, tag or deploy once more: a person says how it goes on", () => {
    const after = given(...reviewed(remote("scan", [], { effects: ["outside agent", "deploy"] })))
      .when(take)
      .leadsTo();
    expect(after.steps.map(({ status }) => status)).toEqual(["succeeded", "blocked"]);
  });
});

test("a question may say how long it may stay unanswered", () => {
  given(...started(plan), claimed("scan"))
    .when({
      ...{ type: "ask", key: "scan", lease: "scan-1", consultationId: "c1", checkpoint: null },
      question: { ...question, timeoutMs: 60_000 },
    })
    .gives({
      ...{ type: "step.asked", key: "scan", consultationId: "c1", checkpoint: null },
      question: { ...question, timeoutMs: 60_000 },
    });
});

const lost = [{ type: "attempt.lost", key: "scan", reason: "silent", counts: true } as const, ready("scan")];
