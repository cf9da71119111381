import type { PendingQuery, Row, Sql } from "postgres";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { RunFact } from "#engine/run/facts.ts";
import type { Instant } from "#engine/run/run.ts";

/** A fact as it stands in the log. */
export type Told = {
  readonly seq: number;
  readonly fact: RunFact;
  readonly actor: string;
  readonly at: Instant;
};

const STUCK = [
  "step.blocked",
  "step.retried",
  "step.skipped",
  "step.taken",
  "run.cancelled",
  "plan.troubled",
];

/** The facts of a run that cards are made of: where it got stuck, and what people did about it. Oldest first. */
export const stuckFacts = (sql: Sql, workspaceId: string, runId: string): Promise<readonly Told[]> =>
  told(sql, workspaceId, runId, sql`and type = any(${STUCK})`);

/** Everything that happened to a run, oldest first. */
export const storyOf = (sql: Sql, workspaceId: string, runId: string): Promise<readonly Told[]> =>
  told(sql, workspaceId, runId, sql``);

/** Everything that happened to a run, oldest first, without the whole texts and logs that steps left behind. */
export const storyInShort = (sql: Sql, workspaceId: string, runId: string): Promise<readonly Told[]> =>
  told(sql, workspaceId, runId, sql``, sql``, sql`body #- '{output,text}' #- '{output,log}' #- '{log}'`);

/** What happened to a run after its fact number `after`, oldest first: at most `most` facts. */
export const storyAfter = (
  sql: Sql,
  workspaceId: string,
  runId: string,
  { after, most }: { readonly after: number; readonly most: number },
): Promise<readonly Told[]> => told(sql, workspaceId, runId, sql`and seq > ${after}`, sql`limit ${most}`);

async function told(
  sql: Sql,
  workspaceId: string,
  runId: string,
  which: PendingQuery<Row[]>,
  limit: PendingQuery<Row[]> = sql``,
  body: PendingQuery<Row[]> = sql`body`,
): Promise<readonly Told[]> {
  const rows = await sql<{ seq: number; fact: RunFact; actor: string; at: string }[]>`
    select seq, ${body} as fact, actor, at from facts
    where stream_id = ${runId} and workspace_id = ${workspaceId} ${which} order by seq ${limit}`;
  return rows.map((row) => ({ ...row, at: Number(row.at) }));
}

/** Every question that a run has asked, oldest first. */
export async function questionsOf(
  sql: Sql,
  workspaceId: string,
  runId: string,
): Promise<readonly Consultation[]> {
  const rows = await sql<{ body: Consultation }[]>`
    select body from consultations where workspace_id = ${workspaceId} and run_id = ${runId}`;
  return rows.map((row) => row.body).toSorted((a, b) => a.openedAt - b.openedAt);
}

/** That a question was put to people, at first or in others' place; to nobody by name where `people` is empty. */
export type Naming = { readonly people: readonly string[]; readonly by: string; readonly at: Instant };

/** Everybody to whom these questions were ever put, in order, by the question's id. */
export async function namingsOf(
  sql: Sql,
  workspaceId: string,
  consultationIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Naming[]>> {
  if (consultationIds.length === 0) return new Map();
  const rows = await sql<{ id: string; people: readonly string[]; by: string; at: string }[]>`
    select stream_id as id, coalesce(body -> 'people', body -> 'policy' -> 'people') as people, actor as by, at
    from facts
    where stream_id = any(${[...consultationIds]}::uuid[]) and workspace_id = ${workspaceId}
      and type in ('consultation.opened', 'consultation.named') order by seq`;
  return Map.groupBy(
    rows.map(({ at, ...row }) => ({ ...row, at: Number(at) })),
    ({ id }) => id,
  );
}

/** Whether this is the goal's newest run: the goal's card shows that one. */
export async function isLatestRun(sql: Sql, workspaceId: string, runId: string): Promise<boolean> {
  const rows = await sql`select from goals where workspace_id = ${workspaceId} and latest_run_id = ${runId}`;
  return rows.length > 0;
}

/** Where a message of ours stands in Slack; null while it is not posted. */
export async function messagePlace(
  sql: Sql,
  workspaceId: string,
  key: string,
): Promise<{ readonly channelId: string; readonly ts: string } | null> {
  const [row] = await sql<{ channelId: string; ts: string }[]>`
    select channel_id as "channelId", ts from messages
    where workspace_id = ${workspaceId} and key = ${key} and ts is not null`;
  return row ?? null;
}
