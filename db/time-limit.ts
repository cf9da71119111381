/** How long an answer was waited for, in vain. Its code is the one that postgres.js uses for this. */
class TimeLimitPassed extends Error {
  override readonly name = "TimeLimitPassed";
  readonly code = "CONNECT_TIMEOUT";
}

/**
 * The outcome of `work`, or a `TimeLimitPassed` after `timeoutMs`. postgres.js has no such limit of its own: where a
 * server closes each connection before it is ready, it tries again for ever.
 */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeLimitPassed(`No answer in ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
