import type { Sql } from "postgres";

/** One `Idempotency-Key` of one caller. */
export type OnceKey = {
  readonly workspaceId: string;
  /** The API key's id; "-" where keys are off. */
  readonly caller: string;
  readonly key: string;
  /** What is asked under it: method, path and body, hashed. */
  readonly requestHash: string;
};

/** What stands under a key: it is ours to carry out, somebody carries it out, or it was answered. */
export type Claimed =
  /** `bornAt` stays the same through every try to carry it out. */
  | { readonly kind: "ours"; readonly bornAt: string }
  | { readonly kind: "held"; readonly requestHash: string }
  | {
      readonly kind: "answered";
      readonly requestHash: string;
      readonly status: number;
      /** Encrypted. */
      readonly response: string;
    };

/** How long an answer is kept, in hours. */
const KEPT_HOURS = 24;

/** Takes the key for `holdMs`, where it is new, has grown old, or whoever held it with the same request is gone. */
export async function claimOnce(sql: Sql, once: OnceKey, holdMs: number): Promise<Claimed> {
  const { workspaceId, caller, key, requestHash } = once;
  const until = sql`now() + ${holdMs} * interval '1 ms'`;
  const old = sql`kept.created_at <= now() - ${KEPT_HOURS} * interval '1 hour'`;
  const [ours] = await sql<{ bornAt: string }[]>`
    insert into idempotency as kept (workspace_id, caller, idempotency_key, request_hash, held_until)
    values (${workspaceId}, ${caller}, ${key}, ${requestHash}, ${until})
    on conflict (workspace_id, caller, idempotency_key) do update set
      request_hash = excluded.request_hash, held_until = excluded.held_until, status = null, response = null,
      created_at = case when ${old} then now() else kept.created_at end
    where ${old}
      or (kept.status is null and kept.held_until <= now() and kept.request_hash = excluded.request_hash)
    returning created_at::text as "bornAt"`;
  if (ours) return { kind: "ours", ...ours };
  const [kept] = await sql<{ requestHash: string; status: number | null; response: string | null }[]>`
    select request_hash as "requestHash", status, response from idempotency
    where workspace_id = ${workspaceId} and caller = ${caller} and idempotency_key = ${key}`;
  if (!kept) return claimOnce(sql, once, holdMs); // given back meanwhile
  const { status, response } = kept;
  if (status === null || response === null) return { kind: "held", requestHash: kept.requestHash };
  return { kind: "answered", requestHash: kept.requestHash, status, response };
}

/** Holds on to what is ours for `holdMs` from now. */
export async function holdOnce(sql: Sql, once: OnceKey, holdMs: number): Promise<void> {
  await sql`
    update idempotency set held_until = now() + ${holdMs} * interval '1 ms'
    where ${same(sql, once)} and status is null`;
}

/** Keeps what was answered. Of two that answered, the first counts. */
export async function answerOnce(
  sql: Sql,
  once: OnceKey,
  { status, response }: { readonly status: number; readonly response: string },
): Promise<void> {
  await sql`
    update idempotency set status = ${status}, response = ${response} where ${same(sql, once)} and status is null`;
}

/** It may have been done or not: the same request may be carried out again at once. */
export async function releaseOnce(sql: Sql, once: OnceKey): Promise<void> {
  await sql`update idempotency set held_until = now() where ${same(sql, once)} and status is null`;
}

/** Nothing was done under it: the key is free for any request. */
export async function forgetOnce(sql: Sql, once: OnceKey): Promise<void> {
  await sql`delete from idempotency where ${same(sql, once)} and status is null`;
}

/** Throws away what is older than a day, of all workspaces. */
export async function purgeOnce(sql: Sql): Promise<void> {
  await sql`delete from idempotency where created_at <= now() - ${KEPT_HOURS} * interval '1 hour'`;
}

const same = (sql: Sql, { workspaceId, caller, key, requestHash }: OnceKey) => sql`
  workspace_id = ${workspaceId} and caller = ${caller} and idempotency_key = ${key}
  and request_hash = ${requestHash}`;
