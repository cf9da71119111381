import type { QueuedJob } from "#engine/jobs.ts";
import type { Fact, State, StreamKind } from "#engine/machines.ts";
import type { Change, Loaded, Store, Submission } from "#engine/ports.ts";

/**
 * What goes wrong with a commit. "before saving": nothing is saved. "after saving": it is, but nobody hears of it.
 * "late": it is saved, and a look-up does not see it yet. "away": nothing is saved, and no look-up is answered.
 */
export type Fault = "before saving" | "after saving" | "late" | "away";

type Logged = { readonly streamId: string; readonly submissionId: string; readonly fact: Fact[StreamKind] };

/** A store in memory whose commits can be held up, and can fail, as those of a database far away do. */
export function createMemoryStore(
  faultOf: (submissions: readonly Submission[]) => Fault | null = () => null,
) {
  const states = new Map<string, State[StreamKind]>();
  const log: Logged[] = [];
  const jobs: QueuedJob[] = [];
  const batches: (readonly Submission[])[] = [];
  let fault: Fault | null = null;
  let gate: Promise<void> = Promise.resolve();

  const inLog = ({ id, stream }: Submission) =>
    log.some(({ submissionId, streamId }) => submissionId === id && streamId === stream.id);
  const known = (submissions: readonly Submission[]) =>
    new Set(submissions.filter(inLog).map(({ id }) => id));

  function save(changes: readonly Change[]): void {
    for (const { after, entries, jobs: queued } of changes) {
      states.set(after.id, after);
      jobs.push(...queued);
      for (const { submissionId, facts } of entries)
        for (const fact of facts) log.push({ streamId: after.id, submissionId, fact });
    }
  }

  async function change(
    submissions: readonly Submission[],
    settle: (loaded: Loaded) => readonly Change[],
  ): Promise<void> {
    batches.push(submissions);
    await gate;
    fault = faultOf(submissions);
    const ids = new Set(submissions.map(({ stream }) => stream.id));
    const locked = new Map([...states].filter(([id]) => ids.has(id)));
    const changes = settle({ states: locked, known: known(submissions.filter(({ once }) => once)) });
    if (fault === null || fault === "after saving" || fault === "late") save(changes);
    if (fault !== null) throw new Error(`The connection broke ${fault}.`);
  }

  async function committed(submissions: readonly Submission[]): Promise<ReadonlySet<string>> {
    if (fault === "away") throw new Error("The database is away.");
    return fault === "late" ? new Set() : known(submissions);
  }

  /** Keeps commits from ending until the function that it returns is called. */
  function hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  }

  const store: Store = { change, committed };
  return { store, states, log, jobs, batches, hold };
}
