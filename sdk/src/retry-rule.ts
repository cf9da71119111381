import { CountersignError } from "./error.ts";

const FIRST_MS = 250;
const LONGEST_MS = 60_000;
/** Worth another try. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Whether the first try under this Idempotency-Key still runs over there: 409, and the server says when to ask again. */
export const isUnderWay = (error: unknown): boolean =>
  error instanceof CountersignError && error.status === 409 && error.retryAfterMs !== null;

/**
 * How long to wait before the next try; null where there should be none. `tries` have failed so far. Only for calls that
 * may be made twice: reads, and everything that carries an Idempotency-Key.
 */
export function nextTryMs(
  error: unknown,
  tries: number,
  retries: number,
  chance = Math.random(),
): number | null {
  if (!(error instanceof CountersignError) || tries > retries) return null;
  const { status, retryAfterMs } = error;
  const isPassing =
    status === null
      ? error.code === "unreachable" || error.code === "timed_out"
      : PASSING.has(status) || isUnderWay(error);
  if (!isPassing) return null;
  if (retryAfterMs !== null) return retryAfterMs > LONGEST_MS ? null : retryAfterMs;
  return FIRST_MS * 2 ** (tries - 1) * (0.5 + chance / 2);
}
