import type { Instant, Run, Step } from "./run.ts";

/** A step is tried again this often before a person is asked (S3-37). */
export const RETRIES = 3;
const FIRST_DELAY_MS = 1_000;
const FACTOR = 3;

/** A far side that asks for more has no say: a person would be asked long before. */
const LONGEST_DELAY_MS = 86_400_000;

/**
 * When a step that just failed is tried again: after 1 s, 3 s, 9 s, or later where the far side asked for it (at most a day);
 * null when a person must be asked. Whole milliseconds, since a database column holds it.
 */
export function nextTry(step: Step, at: Instant, askedMs: number): Instant | null {
  if (step.tries >= RETRIES) return null;
  const delayMs = FIRST_DELAY_MS * FACTOR ** step.tries;
  return at + (askedMs > delayMs ? Math.min(Math.ceil(askedMs), LONGEST_DELAY_MS) : delayMs);
}

/** When the working time that the requester allowed will be used up; null while the clock stands. */
export const deadlineOf = (run: Run): Instant | null =>
  run.brief === null || run.activeSince === null
    ? null
    : run.activeSince + run.brief.maxTimeMs - run.activeMs;

/** The next moment at which time alone changes something in this run; null when only people and agents can. */
export function dueAt(run: Run): Instant | null {
  const retries = run.status === "running" ? run.steps.flatMap((step) => retryAt(step) ?? []) : [];
  const deadline = deadlineOf(run);
  const all = deadline === null ? retries : [...retries, deadline];
  return all.length === 0 ? null : Math.min(...all);
}

const retryAt = (step: Step): Instant | null => (step.status === "retrying" ? step.notBefore : null);

/** Steps whose time to be tried again has come. */
export const stepsDue = (run: Run, at: Instant): readonly Step[] =>
  run.steps.filter((step) => (retryAt(step) ?? Number.POSITIVE_INFINITY) <= at);
