import type { Sql } from "postgres";
import type { System } from "./connections.ts";

/** One outside system of one workspace. */
export type CircuitPlace = { readonly workspaceId: string; readonly system: System; readonly origin: string };

/** Nobody asks it anything until `openUntil`; `since` is when it began to fail. */
export type Circuit = CircuitPlace & {
  readonly failures: number;
  readonly openUntil: Date;
  readonly lastError: string;
  readonly since: Date;
};

const columns = (sql: Sql) => sql`
  workspace_id as "workspaceId", system, origin, failures, open_until as "openUntil", last_error as "lastError", since`;

/** How it stands with a system; null while all is well. */
export async function circuitOf(
  sql: Sql,
  { workspaceId, system, origin }: CircuitPlace,
): Promise<Circuit | null> {
  const [row] = await sql<Circuit[]>`
    select ${columns(sql)} from circuits
    where workspace_id = ${workspaceId} and system = ${system} and origin = ${origin}`;
  return row ?? null;
}

/** Every system of a workspace that fails. */
export async function circuitsIn(sql: Sql, workspaceId: string): Promise<readonly Circuit[]> {
  return sql<
    Circuit[]
  >`select ${columns(sql)} from circuits where workspace_id = ${workspaceId} order by system, origin`;
}

/**
 * It failed: nobody asks it anything for `waitMs`. A shorter wait never cuts a longer one, but for that of whoever was let in: until
 * then it stood open only for them.
 */
export async function openCircuit(
  sql: Sql,
  { workspaceId, system, origin }: CircuitPlace,
  waitMs: number,
  error: string,
  wasLetIn = false,
): Promise<void> {
  await sql`
    insert into circuits as c (workspace_id, system, origin, failures, open_until, last_error)
    values (${workspaceId}, ${system}, ${origin}, 1, now() + ${waitMs} * interval '1 ms', ${error})
    on conflict (workspace_id, system, origin) do update set failures = c.failures + 1, last_error = excluded.last_error,
      open_until = case when ${wasLetIn} then excluded.open_until else greatest(c.open_until, excluded.open_until) end`;
}

/** `let in`: it has failed, the wait is over, and this caller tries for all; the others are kept out meanwhile. */
export type Entry = "well" | "let in" | "kept out";

/** Lets one caller through after the wait is over, and keeps the others out while it tries. */
export async function mayTry(
  sql: Sql,
  { workspaceId, system, origin }: CircuitPlace,
  tryingMs: number,
): Promise<Entry> {
  const [row] = await sql<{ isWell: boolean; isLetIn: boolean }[]>`
    with failing as (select from circuits where workspace_id = ${workspaceId} and system = ${system} and origin = ${origin}),
    let_in as (
      update circuits set open_until = now() + ${tryingMs} * interval '1 ms'
      where workspace_id = ${workspaceId} and system = ${system} and origin = ${origin} and open_until <= now() returning 1)
    select not exists (select from failing) as "isWell", exists (select from let_in) as "isLetIn"`;
  if (row?.isLetIn) return "let in";
  return (row?.isWell ?? true) ? "well" : "kept out";
}

/** It answers again. */
export async function closeCircuit(
  sql: Sql,
  { workspaceId, system, origin }: CircuitPlace,
): Promise<boolean> {
  const closed = await sql`
    delete from circuits where workspace_id = ${workspaceId} and system = ${system} and origin = ${origin} returning 1`;
  return closed.length > 0;
}
