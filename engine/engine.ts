import { createGroupCommit } from "./group-commit.ts";
import type { Command, StreamKind } from "./machines.ts";
import type { Actor, Clock, NewId, Store, StreamRef, Submission } from "./ports.ts";
import { type Result, type Settled, settle } from "./settle.ts";

export type Engine = ReturnType<typeof createEngine>;

type Pending = {
  readonly submission: Submission;
  readonly isLastTry: boolean;
  readonly tell: (outcome: Result | Error) => void;
};

/**
 * Load, decide, apply, save: the one path on which anything ever changes. Many submissions share a transaction; a
 * refused command refuses alone.
 */
export function createEngine({ store, clock, newId }: { store: Store; clock: Clock; newId: NewId }) {
  const enqueue = createGroupCommit<Pending>(({ submission }) => submission.stream.id, commit);

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
      enqueue({ submission, isLastTry: false, tell });
    });
  }

  /** Never rejects: every pending submission hears how it ended. Resolves to whether the store could be reached. */
  async function commit(batch: readonly Pending[]): Promise<boolean> {
    const submissions = batch.map((pending) => pending.submission);
    let settled: Settled = { changes: [], outcomes: [] };
    try {
      await store.change(submissions, (loaded) => {
        settled = settle(submissions, loaded);
        return settled.changes;
      });
      tellAll(batch, settled, missing());
      return true;
    } catch (cause) {
      return await afterFailure(batch, settled, toError(cause));
    }
  }

  /** The commit may have happened all the same: then it counts. Otherwise each is tried once more, alone. */
  async function afterFailure(batch: readonly Pending[], settled: Settled, error: Error): Promise<boolean> {
    const saved = await store.committed(batch.map((pending) => pending.submission)).catch(() => null); // away: `error` says why
    let isReachable = saved !== null;
    if (hasHappened(settled, saved)) tellAll(batch, settled, error);
    else
      for (const [i, pending] of batch.entries())
        if (isReachable && !pending.isLastTry)
          isReachable = await commit([again(pending, settled.outcomes[i])]);
        else pending.tell(error);
    return isReachable;
  }

  return { submit };
}

function tellAll(batch: readonly Pending[], { outcomes }: Settled, otherwise: Error): void {
  for (const [i, pending] of batch.entries()) pending.tell(outcomes[i] ?? otherwise);
}

/**
 * A transaction is saved whole or not at all. Where it was not, no outcome counts, not even a refusal: the rules may have
 * refused it because of a change that never came to be.
 */
function hasHappened({ changes, outcomes }: Settled, saved: ReadonlySet<string> | null): boolean {
  const written = changes.flatMap((change) => change.entries.map((entry) => entry.submissionId));
  return outcomes.length > 0 && written.every((id) => saved?.has(id));
}

/** The look-up may have come before the commit did. Under the lock there is no doubt: then the first outcome holds. */
const again = ({ submission, tell }: Pending, first: Result | Error | undefined): Pending => ({
  submission: { ...submission, once: true },
  isLastTry: true,
  tell: (outcome) => {
    const isKnown = !(outcome instanceof Error) && outcome.repeated;
    tell(isKnown && first && !(first instanceof Error) ? first : outcome);
  },
});

const missing = (): Error => new Error("A submission was committed without an outcome.");

const toError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));
