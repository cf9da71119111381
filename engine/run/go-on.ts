import { apply } from "./apply.ts";
import type { Next } from "./commands.ts";
import type { RunFact } from "./facts.ts";
import { type Instant, isDone, isTest, type Run, readySteps, type Step } from "./run.ts";

/**
 * The first facts, then whatever they set free: steps that nothing holds back become ready, one of them may begin at
 * once (`next`), and a run with nothing left to do ends.
 */
export function goOn(run: Run, first: readonly RunFact[], at: Instant, next?: Next): readonly RunFact[] {
  const after = first.reduce((state, fact) => apply(state, fact, at), run);
  if (after.status !== "running") return first;
  if (after.steps.every(isDone)) return [...first, ending(after)];
  const freed = readySteps(after);
  const here = freed.find((step) => mayFollow(step, next));
  const queued = freed.filter((step) => step !== here);
  return [...first, ...(here && next ? [began(here, next)] : []), ...queued.map(ready)];
}

/** Done only with tests that ran and passed, where the requester said that tests must pass (S3-26). */
function ending(run: Run): RunFact {
  const tested = run.steps.some((step) => isTest(step) && step.status === "succeeded");
  if (run.brief?.testsMustPass && !run.brief.rehearsed && !tested)
    return { type: "run.failed", reason: "Tests must pass for this goal, and no step ran them." };
  return { type: "run.succeeded" };
}

const ready = (step: Step): RunFact => ({ type: "step.ready", key: step.key });

/** Whether an attempt at this step may begin in the same change: never where an agent outside must come for it. */
export const mayFollow = ({ agent: { kind } }: Step, next: Next | undefined): boolean =>
  kind !== "remote" && next?.kinds.includes(kind) === true;

/** The fact that an attempt at this step begins, with the next number. `by`: the name of an agent outside. */
export const began = (step: Step, { lease, worker }: Omit<Next, "kinds">, by?: string): RunFact => ({
  type: "attempt.began",
  key: step.key,
  attempt: step.attempt + 1,
  lease,
  worker,
  ...(by === undefined ? {} : { by }),
});
