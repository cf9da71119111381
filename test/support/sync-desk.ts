import type { Sql } from "postgres";
import { OutsideRefusal } from "#engine/errors.ts";
import { runOf } from "./engine-stage.ts";
import type { JiraDouble } from "./jira-stage.ts";

/** Where an operator stands beside the stages of Jira and Confluence, whose secret it is. */
export const deskAt = (home: string, databaseUrl: string) => ({
  home,
  env: { DATABASE_URL: databaseUrl, COUNTERSIGN_SECRET: "0123456789abcdef0123456789abcdef" },
});

/** No runs, and nothing that is connected. */
export const emptyRuns = (sql: Sql) =>
  sql`truncate cursors, links, circuits, connections, streams, facts, runs, steps, goals cascade`;

/** The issue whose summary begins like this. */
export function issueOf(far: JiraDouble, summary: string) {
  const issue = far.issues().find(({ fields }) => String(fields["summary"]).startsWith(summary));
  if (!issue) throw new Error(`There is no issue “${summary}”.`);
  return issue;
}

/** "g14". */
export const goalOf = async (sql: Sql, id: string): Promise<string> =>
  `g${(await runOf(sql, id)).brief?.goalNumber}`;

/** A look as a lane does it: what can't be mended is kept at the cursor, what goes well moves it. True where it went well. */
export async function lookAs(
  sql: Sql,
  system: "jira" | "confluence",
  id: string,
  once: () => Promise<void>,
): Promise<boolean> {
  const refused = await once().then(
    () => null,
    (error: unknown) => {
      if (error instanceof OutsideRefusal) return error.message;
      throw error;
    },
  );
  await sql`
    insert into cursors (follower, stream_id, workspace_id, seq, last_error, stuck_at)
    select ${system}, id, workspace_id, ${refused === null ? sql`seq` : 0}, ${refused}, ${refused === null ? null : sql`now()`}
    from streams where id = ${id}
    on conflict (follower, stream_id) do update set seq = excluded.seq, last_error = excluded.last_error,
      stuck_at = excluded.stuck_at`;
  return refused === null;
}
