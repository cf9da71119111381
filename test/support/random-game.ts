import fc from "fast-check";
import { Refusal } from "#engine/errors.ts";
import { apply } from "#engine/run/apply.ts";
import type { RunCommand } from "#engine/run/commands.ts";
import { decide } from "#engine/run/decide.ts";
import type { RunFact } from "#engine/run/facts.ts";
import type { Plan } from "#engine/run/plan.ts";
import { type Brief, type Instant, noRun, type Run } from "#engine/run/run.ts";
import { NOON } from "./given.ts";
import { anyPlan, anyThrow, type Throw, toCommand } from "./random-command.ts";
import { brief } from "./sample-run.ts";

/** A goal, its plan, and up to 300 throws of the dice. `plannedAfter`: how many come before the plan; null: it is saved. */
export type Game = {
  readonly brief: Brief;
  readonly plan: Plan;
  readonly throws: readonly Throw[];
  readonly plannedAfter: number | null;
};

export const anyGame: fc.Arbitrary<Game> = fc.record({
  brief: fc
    .record({
      maxTimeMs: fc.constantFrom(10_000, 400_000, 400_000, 4_000_000),
      planApproval: fc.constantFrom("always", "never"),
    })
    .map((changes) => brief(changes)),
  plan: anyPlan,
  throws: fc.array(anyThrow, { maxLength: 300, size: "max" }),
  plannedAfter: fc.option(fc.nat(8)),
});

/** A command that the rules allowed, and what followed from it. */
export type Change = {
  readonly before: Run;
  readonly after: Run;
  readonly facts: readonly RunFact[];
  readonly at: Instant;
};

/** Every change in a game. Throws what is thrown at it, refusals excepted. */
export function play({ brief, plan, throws, plannedAfter }: Game): readonly Change[] {
  const changes: Change[] = [];
  let at = NOON;
  let run = noRun("r1", "T01LOCAL");
  const submit = (command: RunCommand) => {
    const facts = unlessRefused(() => decide(run, command, at));
    const after = applyAll(run, facts, at);
    if (facts.length > 0) changes.push({ before: run, after, facts, at });
    run = after;
  };
  submit({ type: "request", brief, plan: plannedAfter === null ? plan : null });
  for (const [i, thrown] of throws.entries()) {
    at += thrown.afterMs;
    if (i === plannedAfter) submit({ type: "propose plan", plan });
    submit(toCommand(run, thrown, `i${i}`));
  }
  return changes;
}

function unlessRefused(decided: () => readonly RunFact[]): readonly RunFact[] {
  try {
    return decided();
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}

/** The state after these facts. */
export const applyAll = (run: Run, facts: readonly RunFact[], at: Instant): Run =>
  facts.reduce((state, fact) => apply(state, fact, at), run);
