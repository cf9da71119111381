import type { Sql } from "postgres";
import type { System } from "./connections.ts";

/** Takes up something that came from outside, by that system's own id. False where it was taken up before. */
export async function hearOnce(sql: Sql, workspaceId: string, system: System, key: string): Promise<boolean> {
  const heard = await sql`
    insert into heard (workspace_id, system, key) values (${workspaceId}, ${system}, ${key})
    on conflict (workspace_id, system, key) do nothing returning key`;
  return heard.length > 0;
}

/** It could not be taken up after all: whoever tells it again is heard. */
export async function unhear(sql: Sql, workspaceId: string, system: System, key: string): Promise<void> {
  await sql`delete from heard where workspace_id = ${workspaceId} and system = ${system} and key = ${key}`;
}
