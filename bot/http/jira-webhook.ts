import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Sql } from "postgres";
import { hear } from "#db/heard.ts";
import { changesIn, placeIn } from "#integrations/jira/changes.ts";
import { PROPERTY } from "#integrations/jira/client.ts";
import type { Logger } from "../logger.ts";
import type { Secrets } from "../outside/deliveries/secrets.ts";
import { concerning } from "../sync/inbound/concerning.ts";
import { isSignature, signedBy } from "../sync/inbound/signed.ts";
import { problem } from "./failure.ts";

/** Jira sends an issue with all of its fields: more than our own API takes. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * `POST /webhooks/jira`: what happens in a Jira that a project is connected to (`inbound: webhook`). Only what is signed with the
 * secret of a connection to the very project of that site is read. Answered once it is kept: Jira tells again what was not.
 */
export function jiraWebhookRoutes(needs: {
  readonly sql: Sql;
  readonly secrets: Secrets;
  readonly log: Logger;
}): Hono {
  const { sql, log } = needs;
  return new Hono().post(
    "/webhooks/jira",
    bodyLimit({ maxSize: MOST_BYTES, onError: tooLarge }),
    async (c) => {
      const signature = c.req.header("x-hub-signature");
      if (!isSignature(signature)) return unsigned();
      const bytes = new Uint8Array(await c.req.arrayBuffer());
      const body = parsed(bytes);
      const place = placeIn(body);
      if (!place) return unsigned();
      const signed = await signedBy(needs, { ...place, signature, bytes });
      if (signed.length === 0) return unsigned();
      const changes = changesIn(body, PROPERTY);
      if (changes === null) log.warn("a webhook of Jira can't be read", { project: place.project });
      for (const connection of signed) {
        const ours = await concerning(sql, connection, changes ?? []);
        const { workspaceId, projectId } = connection;
        await hear(sql, { workspaceId, system: "jira", projectId, changes: ours });
      }
      return c.body(null, 204);
    },
  );
}

/** The same for all: nobody learns what is connected here. */
const unsigned = (): Response =>
  problem({
    ...{ status: 401, code: "unauthorized" },
    detail:
      "This is not signed with a secret that we know. `./countersign jira webhook <project>` makes one, and says how Jira gets it.",
  });

const tooLarge = (): Response =>
  problem(
    { status: 413, code: "too_large", detail: "The body may hold 4 MB at most." },
    { connection: "close" },
  );

/** Null where it is no JSON. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
