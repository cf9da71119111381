import type { Logger } from "./logger.ts";

export type Closers = ReturnType<typeof createClosers>;

/** One part that hangs must not keep a stop from ending within five seconds. */
const CLOSE_WITHIN_MS = 3_000;

/**
 * What must be closed, in the opposite order of its opening. One that fails, or takes longer than three seconds, does not
 * keep the others open: what it had under way is found again at the next start.
 */
export function createClosers(log: Logger) {
  const open: { readonly name: string; readonly close: () => Promise<unknown> }[] = [];
  return {
    add(name: string, close: () => Promise<unknown>): void {
      open.push({ name, close });
    },
    async close(): Promise<void> {
      for (let last = open.pop(); last; last = open.pop())
        try {
          await inTime(last.close());
        } catch (error) {
          log.warn(`${last.name} did not close in good order`, { error });
        }
    },
  };
}

async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`It took longer than ${CLOSE_WITHIN_MS} ms.`)),
      CLOSE_WITHIN_MS,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined); // nobody waits for it any more
  }
}
