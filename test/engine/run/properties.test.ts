import fc from "fast-check";
import { expect, test } from "vitest";
import { jobsAfterRun } from "#engine/jobs.ts";
import { apply } from "#engine/run/apply.ts";
import type { RunCommand } from "#engine/run/commands.ts";
import { decide } from "#engine/run/decide.ts";
import type { RunFact } from "#engine/run/facts.ts";
import { dueAt } from "#engine/run/retry.ts";
import { hasEnded, isDone, noRun, type Run, readySteps } from "#engine/run/run.ts";
import { NOON } from "#test/support/given.ts";
import { anyPlan } from "#test/support/random-command.ts";
import { anyGame, applyAll, type Change, play } from "#test/support/random-game.ts";
import { answer, brief, output, question } from "#test/support/sample-run.ts";

/** Holds for every change of any game; a game has up to 300 commands. */
const always = (name: string, holds: (change: Change) => void) =>
  test(name, () => {
    fc.assert(
      fc.property(anyGame, (game) => {
        for (const change of play(game)) holds(change);
      }),
      { numRuns: 150 },
    );
  });

always("nothing is thrown but refusals, and a change that is allowed is numbered fact by fact", (change) => {
  expect(change.after.seq).toBe(change.before.seq + change.facts.length);
});

always("a step never has two attempts at once, and each has the next number", ({ before, facts, at }) => {
  let run = before;
  for (const fact of facts) {
    const step = "key" in fact ? run.steps.find((one) => one.key === fact.key) : undefined;
    if (fact.type === "attempt.began") {
      expect(step?.lease).toBeNull();
      expect(fact.attempt).toBe((step?.attempt ?? Number.NaN) + 1);
    }
    run = apply(run, fact, at);
  }
});

always("a step has a lease exactly while it is worked on", ({ after }) => {
  for (const step of after.steps) expect(step.lease !== null, step.key).toBe(step.status === "working");
});

always("nothing is worked on before what it waits for, directly or through others", ({ after }) => {
  const byKey = new Map(after.steps.map((step) => [step.key, step]));
  for (const step of after.steps) {
    if (step.status === "pending" || step.status === "cancelled") continue;
    for (const key of step.after)
      expect(isDone(byKey.get(key) ?? step), `${step.key} before ${key}`).toBe(true);
  }
});

always("nothing that could be worked on is forgotten", ({ after }) => {
  if (after.status === "running") expect(readySteps(after)).toEqual([]);
});

always(
  "a run that goes on has somebody who moves it: a job, an attempt, the clock, or a person",
  ({ after }) => {
    if (after.status !== "running") return;
    const moving = ["ready", "working", "waiting", "retrying", "blocked"];
    expect(after.steps.some((step) => moving.includes(step.status))).toBe(true);
  },
);

always("no fact comes after the end", ({ before, facts }) => {
  expect(hasEnded(before)).toBe(false);
  const end = facts.findIndex(({ type }) => ["run.succeeded", "run.failed", "run.cancelled"].includes(type));
  expect([-1, facts.length - 1]).toContain(end);
});

always("nothing goes on in a run that has ended", ({ after }) => {
  if (!hasEnded(after)) return;
  const over = ["succeeded", "failed", "skipped", "cancelled"];
  expect(after.steps.filter((step) => !over.includes(step.status))).toEqual([]);
  expect(after).toMatchObject({ activeSince: null, endedAt: expect.any(Number) });
});

always("an approval is done only with a person's yes", ({ after }) => {
  for (const step of after.steps)
    if (step.status === "succeeded" && step.agent.kind === "person" && step.agent.asks === "approval")
      expect(step.answer?.decision).toBe("approve");
});

always("each ready step has exactly one new job, and nothing else has", ({ before, after, facts }) => {
  const jobs = jobsAfterRun(after, facts).flatMap((job) =>
    job.name === "work-on-step" || job.name === "offer-step" ? [job.payload.key] : [],
  );
  const was = new Map(before.steps.map((step) => [step.key, step.status]));
  const isReady = after.steps.filter(({ status }) => status === "ready").map(({ key }) => key);
  const isNew = isReady.filter(
    (key) => was.get(key) !== "ready" || facts.some((fact) => isReadied(fact, key)),
  );
  expect(jobs.toSorted()).toEqual(isNew.toSorted());
});

const isReadied = (fact: RunFact, key: string) => fact.type === "step.ready" && fact.key === key;

always("the clock comes once for what is due, and then later or never", ({ after }) => {
  const due = dueAt(after);
  if (due === null) return;
  const at = Math.max(due, NOON);
  const facts = decide(after, { type: "keep time" }, at);
  expect(facts.length).toBeGreaterThan(0);
  expect(dueAt(applyAll(after, facts, at)) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at);
});

always("before it is due, the clock changes nothing", ({ after }) => {
  if (hasEnded(after)) return;
  const before = (dueAt(after) ?? NOON + 1e12) - 1;
  expect(decide(after, { type: "keep time" }, before)).toEqual([]);
});

/** Else the properties could hold because nothing happens: the dice must be able to show every side. */
test("the games reach every fact", () => {
  const games = fc.sample(anyGame, { numRuns: 300, seed: 1 });
  const facts = games.flatMap(play).flatMap((change) => change.facts);
  const seen = new Set(facts.map(({ type }) => type));
  expect(seen).toEqual(new Set(EVERY_FACT));
  expect(facts.some((fact) => fact.type === "steps.reopened" && fact.withdrawn.length > 0)).toBe(true);
});

test("the log replays to the same state", () => {
  fc.assert(
    fc.property(anyGame, (game) => {
      const changes = play(game);
      const replayed = changes.reduce(
        (run, { facts, at }) => applyAll(run, facts, at),
        noRun("r1", "T01LOCAL"),
      );
      expect(replayed).toEqual(changes.at(-1)?.after);
    }),
    { numRuns: 100 },
  );
});

const EVERY_FACT = Object.keys({
  "run.requested": 0,
  "plan.proposed": 0,
  "plan.troubled": 0,
  "plan.retried": 0,
  "run.started": 0,
  "run.guided": 0,
  "run.succeeded": 0,
  "run.failed": 0,
  "run.cancelled": 0,
  "step.ready": 0,
  "attempt.began": 0,
  "attempt.lost": 0,
  "step.progressed": 0,
  "step.asked": 0,
  "step.answered": 0,
  "step.failed": 0,
  "step.blocked": 0,
  "step.retried": 0,
  "step.skipped": 0,
  "step.taken": 0,
  "steps.reopened": 0,
  "step.succeeded": 0,
} satisfies Record<RunFact["type"], 0>);

/** Everybody does their work: one step after the other, in any order. */
function finishOne(run: Run, which: number): RunCommand {
  const open = run.steps.filter(({ status }) => ["ready", "working", "waiting"].includes(status));
  const step = open[which % open.length];
  if (!step) throw new Error("Nothing is left to do, and the run goes on.");
  const { key, lease, answer: answered, consultationId } = step;
  if (consultationId !== null && step.status === "waiting")
    return { type: "take answer", key, consultationId, answer: answer("approve") };
  if (lease === null) {
    const begin = { type: "begin attempt", key, lease: `l${run.seq}`, worker: "w1" } as const;
    const claim = { by: "scanner", attempt: step.attempt + 1 };
    return step.agent.kind === "remote" ? { ...begin, claim } : begin;
  }
  return step.agent.kind === "person" && answered === null
    ? { type: "ask", key, lease, consultationId: `c${run.seq}`, question, checkpoint: null }
    : { type: "finish step", key, lease, output };
}

test("a run whose every attempt finishes ends as succeeded, in any order", () => {
  fc.assert(
    fc.property(anyPlan, fc.infiniteStream(fc.nat(999)), (plan, order) => {
      let run = applyAll(
        noRun("r1", "T01LOCAL"),
        decide(noRun("r1", "T01LOCAL"), { type: "request", brief: brief(), plan }, NOON),
        NOON,
      );
      // A person's step takes five commands, so no run needs more.
      for (let left = plan.length * 5; left > 0 && !hasEnded(run); left--)
        run = applyAll(run, decide(run, finishOne(run, order.next().value), NOON), NOON);
      expect(run.status).toBe("succeeded");
      expect(run.steps.every((step) => step.status === "succeeded")).toBe(true);
    }),
    { numRuns: 200 },
  );
});

always(
  "an attempt at a step for an agent outside begins only with that agent's claim",
  ({ before, facts }) => {
    for (const fact of facts) {
      if (fact.type !== "attempt.began") continue;
      const step = before.steps.find((one) => one.key === fact.key);
      if (step) expect(fact.by !== undefined).toBe(step.agent.kind === "remote");
    }
  },
);
