import type { Sql } from "postgres";
import type { Clock } from "#engine/ports.ts";
import { createGuardedPost } from "#integrations/web/guarded-post.ts";
import type { Config } from "../../config.ts";
import type { Follower } from "../../followers.ts";
import type { ApiPart } from "../../http/api.ts";
import { eventRoutes } from "../../http/events.ts";
import { webhookRoutes } from "../../http/webhooks.ts";
import type { Logger } from "../../logger.ts";
import { createPublishedEvents } from "../events/published.ts";
import { createSubscribers } from "../events/subscribers.ts";
import { createWebhooks } from "../events/webhooks.ts";
import type { Directory } from "../requests/directory.ts";
import { createCallbacks } from "./callbacks.ts";
import { startDeliverer } from "./deliverer.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Secrets } from "./secrets.ts";

/** All that tells programs outside of what happened, by posting to them: callbacks, subscriptions, published events. */
type OpenDeliveries = {
  readonly routes: readonly ApiPart[];
  readonly followers: readonly Follower[];
  /** Begins to send. Resolves to what stops it. */
  start(): Promise<() => Promise<void>>;
};

/** Makes each of its parts once. */
export function openDeliveries(needs: {
  readonly config: Config;
  readonly sql: Sql;
  readonly secrets: Secrets;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  readonly directory: Directory | null;
  readonly log: Logger;
}): OpenDeliveries {
  const { config, sql, secrets, log } = needs;
  const post = createGuardedPost({ allowPrivate: config.callbackAllowPrivate });
  return {
    routes: [
      webhookRoutes({ webhooks: createWebhooks(needs) }),
      eventRoutes({ events: createPublishedEvents(needs) }),
    ],
    followers: [createCallbacks(sql), createSubscribers(sql)],
    async start() {
      const deliverer = await startDeliverer({ sql, secrets, post, log });
      return deliverer.close;
    },
  };
}
