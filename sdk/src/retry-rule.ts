import { CountersignError } from "./error.ts";

const FIRST_MS = 250;
const LONGEST_MS = 60_000;
/** Worth another try. 409 only where the server says when: the first try under this Idempotency-Key still runs there. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

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
      : PASSING.has(status) || (status === 409 && retryAfterMs !== null);
  if (!isPassing) return null;
  if (retryAfterMs !== null) return retryAfterMs > LONGEST_MS ? null : retryAfterMs;
  return FIRST_MS * 2 ** (tries - 1) * (0.5 + chance / 2);
}
