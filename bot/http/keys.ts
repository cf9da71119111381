import type { Sql } from "postgres";
import { keyByHash } from "#db/keys.ts";
import { Refusal } from "#engine/errors.ts";
import { hashApiKey } from "../api-keys.ts";
import { type Caller, SCOPES } from "../outside/asking.ts";

/** Who makes this call. Throws `Refusal` (`unauthorized`) where nobody we know does. */
export type FindCaller = (request: Request) => Promise<Caller>;

/** Finds callers by their key: `Authorization: Bearer cs_…`. */
export function createFindCaller({
  sql,
  secret,
}: {
  readonly sql: Sql;
  readonly secret: string;
}): FindCaller {
  return async (request) => {
    const [, key] = /^Bearer (cs_\S{20,100})$/.exec(request.headers.get("authorization") ?? "") ?? [];
    if (key === undefined) throw unauthorized("Send your key: Authorization: Bearer cs_….");
    const row = await keyByHash(sql, hashApiKey(secret, key));
    if (!row) throw unauthorized("No such key.");
    if (row.revokedAt !== null) throw unauthorized("This key was revoked.");
    if (row.expiresAt !== null && row.expiresAt <= new Date()) throw unauthorized("This key has expired.");
    const { workspaceId, id, name, scopes, personId, ownerId, projectId } = row;
    return {
      ...{ workspaceId, keyId: id, name, personId, projectId },
      ownerId: personId ?? ownerId,
      scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    };
  };
}

const unauthorized = (why: string): Refusal =>
  new Refusal("unauthorized", `${why} ./countersign key create makes one.`);
