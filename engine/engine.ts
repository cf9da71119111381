import type { Command, StreamKind } from "./machines.ts";
import type { Actor, Clock, NewId, Store, StreamRef, Submission } from "./ports.ts";
import { type Result, type Settled, settle } from "./settle.ts";

export type Engine = ReturnType<typeof createEngine>;

/** At most this many submissions share a transaction, so that no batch holds its locks for long. */
const MOST_IN_A_BATCH = 256;

type Pending = {
  readonly submission: Submission;
  readonly tell: (outcome: Result | Error) => void;
};

/**
 * Load, decide, apply, save: the one path on which anything ever changes. Group commit: what arrives while a
 * transaction is in flight is gathered and committed as the next one. A refused command refuses alone.
 */
export function createEngine({ store, clock, newId }: { store: Store; clock: Clock; newId: NewId }) {
  let waiting: Pending[] = [];
  let isCommitting = false;

  /**
   * Rejects with a `Refusal` when the rules say no, and with the database's own error when nothing was saved.
   * `onceId` comes from outside (Slack's `trigger_id`): what comes twice under it happens once.
   */
  function submit<K extends StreamKind>(
    stream: StreamRef<K>,
    command: Command[K],
    actor: Actor,
    onceId?: string,
  ): Promise<Result<K>> {
    return new Promise((resolve, reject) => {
      const id = onceId ?? newId();
      const submission = { id, once: onceId !== undefined, stream, command, actor, at: clock.now() };
      const tell = (outcome: Result | Error) =>
        outcome instanceof Error ? reject(outcome) : resolve(outcome as Result<K>);
      waiting.push({ submission, tell });
      if (!isCommitting) void drain();
    });
  }

  async function drain(): Promise<void> {
    isCommitting = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST_IN_A_BATCH);
      waiting = waiting.slice(MOST_IN_A_BATCH);
      await commit(batch);
    }
    isCommitting = false;
  }

  /** Never rejects: every pending submission hears how it ended. */
  async function commit(batch: readonly Pending[]): Promise<void> {
    const submissions = batch.map((pending) => pending.submission);
    let settled: Settled = { changes: [], outcomes: [] };
    try {
      await store.change(submissions, (loaded) => {
        settled = settle(submissions, loaded);
        return settled.changes;
      });
      for (const [i, pending] of batch.entries()) pending.tell(settled.outcomes[i] ?? missing());
    } catch (error) {
      await afterFailure(batch, settled, error);
    }
  }

  /** The commit may have happened all the same: what is in the log counts, and the rest is tried alone, once. */
  async function afterFailure(batch: readonly Pending[], settled: Settled, cause: unknown): Promise<void> {
    const error = toError(cause);
    const saved = await store.committed(batch.map((pending) => pending.submission)).catch(() => null); // away: `error` says why
    const isKnown = ({ submission }: Pending) => saved?.has(submission.id) ?? false;
    const mayRetry = saved !== null && batch.length > 1;
    for (const [i, pending] of batch.entries()) {
      const outcome = settled.outcomes[i];
      if (outcome instanceof Error || (outcome && isKnown(pending))) pending.tell(outcome);
      else if (mayRetry) await commit([pending]);
      else pending.tell(error);
    }
  }

  return { submit };
}

const missing = (): Error => new Error("A submission was committed without an outcome.");

const toError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));
