/** At most this many share a transaction, so that no batch holds its locks for long. */
const MOST_IN_A_BATCH = 256;
/** So many transactions at a time: while the database works on one, the rules work on the other. */
export const MOST_IN_FLIGHT = 2;

/**
 * Gathers what arrives while transactions are in flight, and commits it together as the next one. What is for a stream in
 * flight waits until that transaction has ended, so each stream keeps its order. `commit` never rejects.
 */
export function createGroupCommit<T>(
  streamOf: (item: T) => string,
  commit: (batch: readonly T[]) => Promise<unknown>,
): (item: T) => void {
  let waiting: T[] = [];
  const busy = new Set<string>();
  let inFlight = 0;

  function beginCommits(): void {
    while (inFlight < MOST_IN_FLIGHT && waiting.length > 0) {
      const batch = takeFree();
      if (batch.length === 0) return;
      void carry(batch);
    }
  }

  function takeFree(): readonly T[] {
    const batch: T[] = [];
    const left: T[] = [];
    for (const item of waiting)
      (batch.length < MOST_IN_A_BATCH && !busy.has(streamOf(item)) ? batch : left).push(item);
    waiting = left;
    return batch;
  }

  async function carry(batch: readonly T[]): Promise<void> {
    inFlight += 1;
    for (const item of batch) busy.add(streamOf(item));
    await commit(batch);
    for (const item of batch) busy.delete(streamOf(item));
    inFlight -= 1;
    beginCommits();
  }

  return (item) => {
    waiting.push(item);
    beginCommits();
  };
}
