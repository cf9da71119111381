import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { onTestFinished } from "vitest";
import { createLogger } from "#bot/logger.ts";
import { startDeliverer } from "#bot/outside/deliveries/deliverer.ts";
import { createEndpoints } from "#bot/outside/deliveries/endpoints.ts";
import { queueDelivery } from "#bot/outside/deliveries/queue-delivery.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import type { Asking } from "#bot/outside/requests/asking.ts";
import { createGuardedPost, type GuardedPost } from "#integrations/web/guarded-post.ts";
import { startCallee } from "./callee.ts";

const SECRET = "a secret for tests that nobody can guess";
const WORKSPACE = "T01LOCAL";

/** Who makes endpoints in these tests. */
const BY: Asking = {
  caller: {
    ...{ workspaceId: WORKSPACE, keyId: null, name: "agent", scopes: [] },
    ...{ personId: null, ownerId: null, projectId: null },
  },
  ...{ onceId: "once", correlationId: "corr-1", traceparent: null },
};

/** Parts of the deliveries with nothing else around them, and real far sides. What a test opens is closed after it. */
export function deliveryStage(sql: Sql) {
  const secrets = createSecrets(SECRET);
  const endpoints = createEndpoints({ sql, secret: SECRET, allowPrivate: true });
  const lines: string[] = [];

  async function endpoint(url: string, keyId: string | null = null): Promise<string> {
    const id = randomUUID();
    await endpoints.makeCallback({ ...BY, caller: { ...BY.caller, keyId } }, { id, url });
    return id;
  }

  return {
    /** What was logged. */
    lines,
    endpoint,

    /** Starts one deliverer. `waits`: its schedule; `limitMs`: for each post. */
    async deliverer({
      waits,
      limitMs = 400,
      allowPrivate = true,
      post = createGuardedPost({ allowPrivate, limitMs }),
    }: {
      readonly waits?: readonly number[];
      readonly limitMs?: number;
      readonly allowPrivate?: boolean;
      /** In place of a guarded post. */
      readonly post?: GuardedPost;
    } = {}) {
      const log = createLogger({ now: Date.now, write: (line) => lines.push(line), isTerminal: false });
      const deliverer = await startDeliverer({ sql, secrets, post, log, ...(waits && { waits }) });
      onTestFinished(deliverer.close);
      return deliverer;
    },

    async callee(...args: Parameters<typeof startCallee>) {
      const callee = await startCallee(...args);
      onTestFinished(callee.close);
      return callee;
    },

    /** Queues one; resolves to its endpoint. */
    async queue(url: string, eventKey: string = randomUUID(), endpointId?: string): Promise<string> {
      const to = endpointId ?? (await endpoint(url));
      await queueDelivery(sql, {
        ...{ endpointId: to, workspaceId: WORKSPACE, streamId: null, event: "code.approved", eventKey },
        ...{ body: JSON.stringify({ eventKey }), traceparent: null },
      });
      return to;
    },

    /** How a delivery stands. */
    async row(endpointId: string) {
      const [row] = await sql<
        { id: string; state: string; attempts: number; sentAt: Date | null; inMs: number | null }[]
      >`select id, state, attempts, sent_at as "sentAt", extract(epoch from next_at - now())::float8 * 1000 as "inMs"
        from deliveries where endpoint_id = ${endpointId}`;
      return row;
    },

    /** Its tries, oldest first. */
    tries: (endpointId: string) =>
      sql<{ status: number | null; error: string | null; answer: string | null }[]>`
        select a.status, a.error, a.answer from delivery_attempts a join deliveries d on d.id = a.delivery_id
        where d.endpoint_id = ${endpointId} order by a.number`,
  };
}
