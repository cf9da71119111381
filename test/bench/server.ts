import { readFileSync } from "node:fs";
import type { Sql } from "postgres";
import { connect } from "#db/connect.ts";
import { nowMs } from "./measure.ts";

/** What a database has done so far. `calls` is null where the server does not count statements. */
export type Snapshot = {
  readonly writes: number;
  readonly walBytes: number;
  readonly calls: number | null;
  readonly commits: number;
  readonly atMs: number;
};

type Server = Awaited<ReturnType<typeof openServer>>;

/** The database under measurement, and the server that says what it does. */
export type Measured = { readonly server: Server; readonly database: string };

/** The Postgres of a bench, seen from its `postgres` database, so that looking costs the measured one nothing. */
export async function openServer(url: string) {
  const sql = connect(addressOf(url, "postgres"), { max: 1, applicationName: "bench-server" });
  const counts = await countsStatements(sql);

  async function freshDatabase(name: string): Promise<string> {
    await sql`drop database if exists ${sql(name)} with (force)`;
    await sql`create database ${sql(name)}`;
    if (counts) await sql`select pg_stat_statements_reset()`;
    await sql`checkpoint`;
    return addressOf(url, name);
  }

  async function snapshot(name: string): Promise<Snapshot> {
    const [row] = await sql<{ writes: string; wal: string; commits: string }[]>`
      select pg_snapshot_xmax(pg_current_snapshot())::text as writes, pg_current_wal_lsn() - '0/0' as wal, xact_commit as commits
      from pg_stat_database where datname = ${name}`;
    if (!row) throw new Error(`There is no database ${name}.`);
    const calls = counts ? await callsOf(sql, name) : null;
    return {
      writes: Number(row.writes),
      walBytes: Number(row.wal),
      commits: Number(row.commits),
      calls,
      atMs: nowMs(),
    };
  }

  async function version(): Promise<string> {
    const [row] = await sql<{ version: string }[]>`select current_setting('server_version') as version`;
    return row?.version ?? "unknown";
  }

  /** Statements of a database by how much time they took, most first, with milliseconds and calls. */
  async function statements(name: string): Promise<readonly Row[]> {
    return sql<Row[]>`
      select round(total_exec_time)::int as total_ms, calls::int, left(regexp_replace(query, '\\s+', ' ', 'g'), 100) as query
      from pg_stat_statements where dbid = (select oid from pg_database where datname = ${name}) and toplevel
      order by total_exec_time desc limit 25`;
  }

  /** Seconds of processor time that the backends of a database have used; null where the system does not say. */
  async function backendCpuS(name: string): Promise<number | null> {
    const rows = await sql<{ pid: number }[]>`select pid from pg_stat_activity where datname = ${name}`;
    if (process.platform !== "linux") return null;
    return rows.reduce((sum, { pid }) => sum + cpuS(pid), 0);
  }

  return { freshDatabase, snapshot, version, statements, backendCpuS, counts, close: () => sql.end() };
}

type Row = { readonly total_ms: number; readonly calls: number; readonly query: string };

/** The extension counts only where the server has loaded it at its start. */
async function countsStatements(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ loaded: boolean }[]>`
    select current_setting('shared_preload_libraries') like '%pg_stat_statements%' as loaded`;
  if (row?.loaded) await sql`create extension if not exists pg_stat_statements`;
  return row?.loaded ?? false;
}

async function callsOf(sql: Sql, name: string): Promise<number> {
  const [row] = await sql<{ calls: string }[]>`
    select coalesce(sum(calls), 0) as calls from pg_stat_statements
    where dbid = (select oid from pg_database where datname = ${name})`;
  return Number(row?.calls ?? 0);
}

const CLOCK_TICKS_PER_S = 100;

/** A backend may end between the list and the look: then it counts for nothing, as it does afterwards. */
function cpuS(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [user, system] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13)
      .map(Number);
    return ((user ?? 0) + (system ?? 0)) / CLOCK_TICKS_PER_S;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0;
    throw error;
  }
}

function addressOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
