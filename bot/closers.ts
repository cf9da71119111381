import type { Logger } from "./logger.ts";

export type Closers = ReturnType<typeof createClosers>;

/** A stop ends within five seconds, whatever hangs: one part may take this long, and all of them together no longer than that. */
const PART_MS = 3_000;
const ALL_MS = 4_500;
/** Enough for whoever comes last to say goodbye. */
const LEAST_MS = 200;

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
      const limit = performance.now() + ALL_MS;
      for (let last = open.pop(); last; last = open.pop())
        try {
          await inTime(last.close(), Math.min(PART_MS, Math.max(LEAST_MS, limit - performance.now())));
        } catch (error) {
          log.warn(`${last.name} did not close in good order`, { error });
        }
    },
  };
}

async function inTime(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${Math.round(ms)} ms.`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined); // nobody waits for it any more
  }
}
