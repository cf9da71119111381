import postgres, { type Sql, type TransactionSql } from "postgres";
import type { Change, Loaded, Store, Submission } from "#engine/ports.ts";
import { begins, createRemembered } from "./remembered.ts";
import type { Head } from "./rows.ts";
import { saveChanges } from "./save.ts";

type Settle = (loaded: Loaded) => readonly Change[];

type PostgresStore = Store & Pick<ReturnType<typeof createRemembered>, "consultation">;

/**
 * The engine's store on Postgres. It settles a batch on the states that it remembers or reads, and saves it in one
 * statement, which Postgres refuses when another process has written one of these logs since. Then, and whenever a stream
 * would stay as it is (a refusal must not rest on memory), it locks the streams in id order, loads, settles and saves.
 */
export function createStore(sql: Sql): PostgresStore {
  const remembered = createRemembered(sql);

  async function change(submissions: readonly Submission[], settle: Settle): Promise<void> {
    const changes = (await changeAtOnce(submissions, settle)) ?? (await changeLocked(submissions, settle));
    remembered.keep(changes);
  }

  /** Null when nothing was saved, because the locks are needed. */
  async function changeAtOnce(
    submissions: readonly Submission[],
    settle: Settle,
  ): Promise<readonly Change[] | null> {
    const states = await remembered.recall(submissions);
    // After the states: what came before them must be seen, and what comes after them has taken their next number.
    const known = await knownOf(
      sql,
      submissions.filter(({ once, stream }) => once && states.has(stream.id)),
    );
    const changes = settle({ states, known });
    if (changes.length < new Set(submissions.map(({ stream }) => stream.id)).size) return null;
    try {
      await saveChanges(sql, changes);
      return changes;
    } catch (error) {
      if (isOvertaken(error)) return null;
      throw error;
    }
  }

  function changeLocked(submissions: readonly Submission[], settle: Settle): Promise<readonly Change[]> {
    const once = submissions.filter((submission) => submission.once);
    return sql.begin(async (tx) => {
      const [heads, known] = await Promise.all([lockHeads(tx, submissions), knownOf(tx, once)]);
      const changes = settle({ states: await remembered.under(tx, heads), known });
      await Promise.all([dropUnused(tx, heads, changes), saveChanges(tx, changes)]);
      return changes;
    });
  }

  const { consultation } = remembered;
  return { change, committed: (submissions) => knownOf(sql, submissions), consultation };
}

/** Somebody else has written the facts with these numbers: what we remembered was old. */
const isOvertaken = (error: unknown): boolean =>
  error instanceof postgres.PostgresError &&
  error.code === "23505" &&
  error.constraint_name === "facts_stream_id_seq_pk";

/** Two statements on their way at once: a head for each new stream, then the locks, in id order. */
async function lockHeads(tx: TransactionSql, submissions: readonly Submission[]): Promise<readonly Head[]> {
  const ids = [...new Set(submissions.map(({ stream }) => stream.id))];
  const begun = submissions.filter(({ command }) => begins(command));
  const rows = begun
    .map(({ stream: { id, kind, workspaceId } }) => ({ id, kind, workspace_id: workspaceId, seq: 0 }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const [, heads] = await Promise.all([
    rows.length > 0 ? tx`insert into streams ${tx(rows)} on conflict do nothing` : null,
    tx<
      Head[]
    >`select id, kind, workspace_id, seq from streams where id = any(${ids}::uuid[]) order by id for update`,
  ]);
  return heads;
}

/** Heads that were made for what was then refused. */
async function dropUnused(
  tx: TransactionSql,
  heads: readonly Head[],
  changes: readonly Change[],
): Promise<void> {
  const changed = new Set(changes.map(({ after }) => after.id));
  const unused = heads.filter(({ id, seq }) => seq === 0 && !changed.has(id)).map(({ id }) => id);
  if (unused.length > 0) await tx`delete from streams where id = any(${unused}::uuid[]) and seq = 0`;
}

/** Which of these are in the log already. */
async function knownOf(
  sql: Sql | TransactionSql,
  submissions: readonly Submission[],
): Promise<ReadonlySet<string>> {
  if (submissions.length === 0) return new Set();
  const ids = submissions.map((submission) => submission.id);
  const streams = submissions.map((submission) => submission.stream.id);
  const rows = await sql<{ submission_id: string }[]>`
    select distinct submission_id from facts
    where submission_id = any(${ids}) and stream_id = any(${streams}::uuid[])`;
  return new Set(rows.map((row) => row.submission_id));
}
