import postgres, { type Sql } from "postgres";
import { StartFailure } from "#engine/errors.ts";
import { within } from "./time-limit.ts";

const CONNECT_TIMEOUT_S = 10;
const OLDEST_MAJOR = 15;

/**
 * A pool of at most `max` connections, opened as they are needed. A statement may take a minute and a transaction may
 * idle half a minute, then Postgres ends it: what hangs must not hold locks for ever.
 */
export function connect(url: string, { max, applicationName, plan }: Options): Sql {
  return postgres(url, {
    max,
    connect_timeout: CONNECT_TIMEOUT_S,
    onnotice: () => {},
    connection: {
      application_name: applicationName,
      statement_timeout: 60_000,
      idle_in_transaction_session_timeout: 30_000,
      ...(plan === "once" && { plan_cache_mode: "force_generic_plan" }),
    },
  });
}

type Options = {
  readonly max: number;
  readonly applicationName: string;
  /** "once": for few statements that come often; planning the engine's takes longer than running it. */
  readonly plan?: "once";
};

/**
 * Resolves when the database answers within `timeoutMs` and is new enough. Otherwise throws a `StartFailure` that says
 * what to do.
 */
export async function checkReachable(url: string, timeoutMs = CONNECT_TIMEOUT_S * 1000): Promise<void> {
  const sql = open(url);
  try {
    const asked = sql<{ version: string }[]>`select current_setting('server_version') as version`;
    const [row] = await within(timeoutMs, asked);
    const version = row?.version ?? "of an unknown version";
    if (!(Number.parseInt(version, 10) >= OLDEST_MAJOR))
      throw new StartFailure(
        `The database at ${placeOf(url)} is Postgres ${version}, and Countersign needs ${OLDEST_MAJOR} or newer: update it, or unset DATABASE_URL to use the embedded one.`,
      );
  } catch (error) {
    throw error instanceof StartFailure ? error : unreachable(url, error);
  } finally {
    await sql.end({ timeout: 0 });
  }
}

function open(url: string): Sql {
  try {
    return connect(url, { max: 1, applicationName: "countersign-check" });
  } catch (error) {
    throw new StartFailure(
      "DATABASE_URL is not an address of a Postgres: write it as postgres://user:password@host:5432/database.",
      { cause: error },
    );
  }
}

function unreachable(url: string, error: unknown): StartFailure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const said = error instanceof Error ? error.message : String(error);
  const why = REASONS[code] ?? `it said: ${said || code}. Check that it runs, and DATABASE_URL`;
  return new StartFailure(`The database at ${placeOf(url)} cannot be used: ${why}.`, { cause: error });
}

/** By Postgres's code (SQLSTATE) or the system's. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there. Start it, or correct DATABASE_URL",
  ENOTFOUND: "that host is not known. Correct the host in DATABASE_URL",
  EAI_AGAIN: "that host is not known now. Check the network, or the host in DATABASE_URL",
  CONNECT_TIMEOUT:
    "it did not answer in time. Check that a Postgres runs there and that no firewall is between",
  ETIMEDOUT: "it did not answer. Check that it runs and that no firewall is between",
  "28P01": "it refused the user or the password. Correct them in DATABASE_URL",
  "28000":
    "it refused the user, or the way we connect. Correct DATABASE_URL (a server may ask for ?sslmode=require)",
  "3D000": "it has no database of that name. Create it, or correct the name in DATABASE_URL",
  "53300": "it has no free connection. Raise its max_connections, or close other programs",
  "57P03": "it is starting or stopping. Try again in a moment",
};

/** Where a database is, without the user and the password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
