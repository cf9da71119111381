import { type Durations, likenessOf } from "#db/durations.ts";
import { hasEnded, type Instant, isDone, type Run, type Step } from "#engine/run/run.ts";
import type { Estimate } from "./goal.ts";

/**
 * When a run will be done, as far as one can tell:
 * - Before there is a plan nobody knows: then it is the working time that was allowed, from now on (`max_time`).
 * - With a plan it is the longest way through the steps that are left. A step takes as long as its like took lately (the
 *   same command, role or agent outside: the median of the newest goals); one without a like as long as its time limit.
 *   Work never counts for more than what is left of the allowed working time.
 * - People count in `completesAt` with the median of how long they took lately, and with nothing where nobody has
 *   answered yet. They never count in `workMs`.
 */
export function estimate(run: Run, durations: Durations, now: Instant): Estimate {
  const tasks = run.steps.length === 0 ? null : run.steps.length;
  if (hasEnded(run))
    return { completesAt: run.endedAt ?? now, workMs: 0, tasks, from: tasks === null ? "max_time" : "plan" };
  const leftMs = workLeftMs(run, now);
  if (tasks === null) return { completesAt: now + leftMs, workMs: leftMs, tasks, from: "max_time" };
  const answerMs = durations.answerMs ?? 0;
  const workMs = longestWay(run.steps, (step) => workOn(step, durations, now));
  const spanMs = longestWay(
    run.steps,
    (step) => workOn(step, durations, now) + (isAsking(step) ? answerMs : 0),
  );
  const startMs = run.status === "proposed" ? answerMs : 0;
  const overMs = Math.max(0, workMs - leftMs);
  return {
    completesAt: Math.round(now + startMs + spanMs - overMs),
    workMs: Math.round(workMs - overMs),
    ...{ tasks, from: "plan" },
  };
}

const workLeftMs = ({ brief, activeMs, activeSince }: Run, now: Instant): number =>
  Math.max(0, (brief?.maxTimeMs ?? 0) - activeMs - (activeSince === null ? 0 : now - activeSince));

const isAsking = (step: Step): boolean => step.agent.kind === "person" && !isDone(step);

/** What is still to be worked on a step. What is under way longer than its like took may end any moment. */
function workOn(step: Step, { steps }: Durations, now: Instant): number {
  if (isDone(step) || step.agent.kind === "person") return 0;
  const expectedMs = steps.get(likenessOf(step.agent)) ?? step.timeoutMs;
  const sinceMs = step.status === "working" && step.startedAt !== null ? now - step.startedAt : 0;
  return Math.max(0, expectedMs - sinceMs);
}

/** The longest sum along any chain of steps that wait for each other. */
function longestWay(steps: readonly Step[], takesMs: (step: Step) => number): number {
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const known = new Map<string, number>();
  const until = (step: Step): number => {
    const before = known.get(step.key);
    if (before !== undefined) return before;
    const ways = step.after.map((key) => {
      const earlier = byKey.get(key);
      return earlier ? until(earlier) : 0;
    });
    const ms = Math.max(0, ...ways) + takesMs(step);
    known.set(step.key, ms);
    return ms;
  };
  return Math.max(0, ...steps.map(until));
}
