import type { Sql } from "postgres";
import { heldKeys, KEYS_CHANNEL, type KeyRow, keyByHash } from "#db/keys.ts";
import { Refusal } from "#engine/errors.ts";
import { hashApiKey } from "../api-keys.ts";
import { type Caller, SCOPES } from "../outside/requests/asking.ts";
import { networkOf } from "./addresses.ts";
import { createLimits } from "./limits.ts";
import { createOpenCalls, type OpenCalls } from "./open-calls.ts";

/**
 * Whose key this `Authorization` header carries. Throws `Refusal`: `unauthorized` where it carries none that holds,
 * `too_many` where too many wrong ones came from that address.
 */
export type FindCaller = (authorization: string | undefined, address: string) => Promise<Caller>;

/** How long a key is believed without asking the database again. One that is revoked is not believed a moment longer. */
const BELIEVED_MS = 10_000;
/** Above this many, the one that was not used for longest is forgotten. */
const MOST_KEYS = 5_000;
const WRONG_KEYS_A_MINUTE = 30;
/** Calls of one key that may be open at the same time: each stream and each wait holds some memory. */
const MOST_OPEN = 2_000;
/** So much later at most a call ends whose key has expired. */
const LOOK_MS = 5_000;

type Needs = {
  readonly sql: Sql;
  readonly secret: string;
  /** Milliseconds since 1970: for what expires. */
  readonly now: () => number;
};

/** Keys as this process knows them. `close` ends the listening for those that are revoked. */
export async function openKeys({ sql, secret, now }: Needs): Promise<{
  readonly findCaller: FindCaller;
  readonly openCalls: Pick<OpenCalls, "enter">;
  close(): Promise<void>;
}> {
  const known = new Map<string, { readonly row: KeyRow; readonly readAt: number; readonly era: number }>();
  let era = 0;
  const openCalls = createOpenCalls({ mostOfKey: MOST_OPEN });
  // While the database is away nothing is cut: whoever connects again looks again.
  const cutEnded = () => cutUnlessHeld({ sql, now }, openCalls).catch(() => undefined);
  const looking = setInterval(cutEnded, LOOK_MS).unref();
  const hear = (keyId: string) => {
    era += 1;
    openCalls.cut(keyId);
  };
  // Connected, perhaps again: a word about a key may have been missed.
  const listening = await sql.listen(KEYS_CHANNEL, hear, () => {
    era += 1;
    void cutEnded();
  });
  const wrong = createLimits({ perMinute: WRONG_KEYS_A_MINUTE, now: () => performance.now() });

  async function rowOf(hash: string): Promise<KeyRow | null> {
    const before = known.get(hash);
    known.delete(hash);
    if (before?.era === era && performance.now() - before.readAt < BELIEVED_MS) {
      known.set(hash, before);
      return before.row;
    }
    const [asked, readAt] = [era, performance.now()];
    const row = await keyByHash(sql, hash);
    if (row && row.revokedAt === null) known.set(hash, { row, readAt, era: asked });
    if (known.size > MOST_KEYS) known.delete(String(known.keys().next().value));
    return row;
  }

  async function findCaller(authorization: string | undefined, address: string): Promise<Caller> {
    if (authorization === undefined) throw unauthorized("Send your key: Authorization: Bearer cs_….");
    const hash = hashOf(secret, authorization);
    const network = networkOf(address);
    const guesses = wrong.look(network);
    // Somebody who guesses must not lock out who has a key behind the same address.
    if (!guesses.isAllowed && !known.has(hash)) throw tooManyWrong(guesses.retrySeconds);
    const row = await rowOf(hash);
    const trouble = row ? troubleWith(row, now()) : "There is no such key.";
    if (row && trouble === null) return toCaller(row);
    wrong.take(network);
    throw unauthorized(String(trouble));
  }

  return {
    findCaller,
    openCalls,
    async close() {
      clearInterval(looking);
      await listening.unlisten();
    },
  };
}

/** Breaks off what is open with keys that hold no more. */
async function cutUnlessHeld({ sql, now }: Pick<Needs, "sql" | "now">, openCalls: OpenCalls): Promise<void> {
  const open = openCalls.keyIds();
  const held = new Set(await heldKeys(sql, open, new Date(now())));
  for (const keyId of open) if (!held.has(keyId)) openCalls.cut(keyId);
}

/** Of a header that holds no key the hash is one that no key has. */
function hashOf(secret: string, authorization: string): string {
  const [, key] = /^Bearer +(cs_[\w-]{20,100})$/i.exec(authorization) ?? [];
  return key === undefined ? "" : hashApiKey(secret, key);
}

function troubleWith({ revokedAt, expiresAt }: KeyRow, nowMs: number): string | null {
  if (revokedAt !== null) return "This key was revoked.";
  if (expiresAt !== null && expiresAt.getTime() <= nowMs) return "This key has expired.";
  return null;
}

const toCaller = ({ id, workspaceId, name, scopes, personId, ownerId, projectId }: KeyRow): Caller => ({
  ...{ workspaceId, keyId: id, name, personId, projectId },
  ownerId: personId ?? ownerId,
  scopes: SCOPES.filter((scope) => scopes.includes(scope)),
});

const unauthorized = (why: string): Refusal =>
  new Refusal("unauthorized", `${why} ./countersign key create makes one.`);

const tooManyWrong = (retryAfterSeconds: number): Refusal =>
  new Refusal("too_many", "Too many wrong keys came from your address: wait a moment, then send yours.", {
    retryAfterSeconds,
  });
