import type { Sql } from "postgres";

/** An API key as it is kept: never the key itself. */
export type KeyRow = {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  /** The key's first letters, so that a person can tell keys apart. */
  readonly prefix: string;
  readonly scopes: readonly string[];
  /** Whose word it speaks; null for an agent's. */
  readonly personId: string | null;
  /** Who stands for the agent that has it. */
  readonly ownerId: string | null;
  /** The only project that it reaches. */
  readonly projectId: string | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
};

/** Keeps a new key by its hash. */
export async function saveKey(
  sql: Sql,
  key: Omit<KeyRow, "revokedAt"> & { readonly hash: string },
): Promise<void> {
  const { id, workspaceId, name, hash, prefix, scopes, personId, ownerId, projectId, expiresAt } = key;
  await sql`
    insert into api_keys (id, workspace_id, name, hash, prefix, scopes, person_id, owner_id, project_id, expires_at)
    values (${id}, ${workspaceId}, ${name}, ${hash}, ${prefix}, ${[...scopes]}, ${personId}, ${ownerId}, ${projectId},
      ${expiresAt})`;
}

/** All keys of a workspace, oldest first, also those that hold no more. */
export async function listKeys(sql: Sql, workspaceId: string): Promise<readonly KeyRow[]> {
  return sql<KeyRow[]>`
    select ${columns(sql)} from api_keys where workspace_id = ${workspaceId} order by created_at`;
}

/** Every process that remembers keys hears here that one was taken back. */
export const KEYS_CHANNEL = "countersign_keys";

/**
 * Takes a key back, by its id or its first letters, in every process at once. Resolves to its id; null where there was
 * none that still held.
 */
export async function revokeKey(sql: Sql, workspaceId: string, key: string): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`
    with revoked as (
      update api_keys set revoked_at = now()
      where workspace_id = ${workspaceId} and revoked_at is null and (id::text = ${key} or prefix = ${key})
      returning id)
    select id, pg_notify(${KEYS_CHANNEL}, id::text) from revoked`;
  return row?.id ?? null;
}

/** Those of these keys, by their ids, that hold: neither taken back nor expired. */
export async function heldKeys(sql: Sql, ids: readonly string[], at: Date): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const rows = await sql<{ id: string }[]>`
    select id from api_keys where id = any(${[...ids]}::uuid[]) and revoked_at is null
      and (expires_at is null or expires_at > ${at})`;
  return rows.map(({ id }) => id);
}

/** The key with this hash; null where there is none. Whether it still holds is for the caller to see. */
export async function keyByHash(sql: Sql, hash: string): Promise<KeyRow | null> {
  const [row] = await sql<KeyRow[]>`select ${columns(sql)} from api_keys where hash = ${hash}`;
  return row ?? null;
}

const columns = (sql: Sql) => sql`
  id, workspace_id as "workspaceId", name, prefix, scopes, person_id as "personId", owner_id as "ownerId",
  project_id as "projectId", expires_at as "expiresAt", revoked_at as "revokedAt"`;
