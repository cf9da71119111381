import type { Logger } from "./logger.ts";

export type Closers = ReturnType<typeof createClosers>;

/** What must be closed, in the opposite order of its opening. One that fails does not keep the others open. */
export function createClosers(log: Logger) {
  const open: { readonly name: string; readonly close: () => Promise<unknown> }[] = [];
  return {
    add(name: string, close: () => Promise<unknown>): void {
      open.push({ name, close });
    },
    async close(): Promise<void> {
      for (let last = open.pop(); last; last = open.pop())
        try {
          await last.close();
        } catch (error) {
          log.warn(`${last.name} did not close in good order`, { error });
        }
    },
  };
}
