import type { Sql, TransactionSql } from "postgres";
import type { State, StreamKind } from "#engine/machines.ts";
import type { Change, Loaded, Store, Submission } from "#engine/ports.ts";
import { createCache } from "./cache.ts";
import { loadStates } from "./load.ts";
import type { Head } from "./rows.ts";
import { saveChanges } from "./save.ts";

/** How many streams' states are kept in memory, so that a run's steps do not load its rows again and again. */
const MOST_CACHED = 500;

/**
 * The engine's store on Postgres. What a transaction needs is locked in id order; states come from memory where the
 * head's number says that nothing has changed since.
 */
export function createStore(sql: Sql): Store {
  const cache = createCache<State[StreamKind]>(MOST_CACHED);

  async function change(
    submissions: readonly Submission[],
    settle: (loaded: Loaded) => readonly Change[],
  ): Promise<void> {
    const changes = await sql.begin(async (tx) => {
      const [heads, known] = await Promise.all([lockHeads(tx, submissions), knownOf(tx, submissions)]);
      const stale = heads.filter((head) => head.seq > 0 && cache.get(head.id)?.seq !== head.seq);
      const fresh = await loadStates(tx, stale);
      const states = new Map<string, State[StreamKind]>();
      for (const { id, seq } of heads) {
        const state = seq === 0 ? undefined : (fresh.get(id) ?? cache.get(id));
        if (state) states.set(id, state);
      }
      const settled = settle({ states, known });
      await saveChanges(tx, settled, heads);
      return settled;
    });
    for (const { after } of changes) cache.set(after.id, after);
  }

  async function committed(submissions: readonly Submission[]): Promise<ReadonlySet<string>> {
    return known(sql, submissions);
  }

  return { change, committed };
}

/** Two statements on their way at once: a head for each new stream, then the locks, in id order. */
async function lockHeads(tx: TransactionSql, submissions: readonly Submission[]): Promise<readonly Head[]> {
  const ids = [...new Set(submissions.map(({ stream }) => stream.id))];
  const begun = submissions.filter(({ command }) => command.type === "request" || command.type === "open");
  const rows = begun.map(({ stream: { id, kind, workspaceId } }) => ({
    id,
    kind,
    workspace_id: workspaceId,
    seq: 0,
  }));
  const [, heads] = await Promise.all([
    rows.length > 0 ? tx`insert into streams ${tx(rows)} on conflict do nothing` : null,
    tx<
      Head[]
    >`select id, kind, workspace_id, seq from streams where id = any(${ids}::uuid[]) order by id for update`,
  ]);
  return heads;
}

/** Only ids that come from outside can be in the log already. */
async function knownOf(tx: TransactionSql, submissions: readonly Submission[]): Promise<ReadonlySet<string>> {
  const once = submissions.filter((submission) => submission.once);
  return once.length === 0 ? new Set() : known(tx, once);
}

async function known(
  sql: Sql | TransactionSql,
  submissions: readonly Submission[],
): Promise<ReadonlySet<string>> {
  const ids = submissions.map((submission) => submission.id);
  const streams = submissions.map((submission) => submission.stream.id);
  const rows = await sql<{ submission_id: string }[]>`
    select distinct submission_id from facts
    where submission_id = any(${ids}) and stream_id = any(${streams}::uuid[])`;
  return new Set(rows.map((row) => row.submission_id));
}
