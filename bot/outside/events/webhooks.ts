import type { Sql } from "postgres";
import { z } from "zod";
import { type DeliveryRow, listDeliveries } from "#db/delivery-list.ts";
import {
  deleteSubscription,
  listSubscriptions,
  type SubscriptionRow,
  subscriptionById,
} from "#db/subscriptions.ts";
import { Refusal } from "#engine/errors.ts";
import type { Clock } from "#engine/ports.ts";
import { idFrom } from "../../ids.ts";
import type { Endpoints } from "../deliveries/endpoints.ts";
import { newestFirst, type Paging } from "../newest-first.ts";
import { type Asking, mustHave } from "../requests/asking.ts";
import type { Page } from "../requests/request.ts";
import { refuseWrong } from "../wrong-fields.ts";
import { wrongNames } from "./subscribed-names.ts";

/** What a caller wants to hear of. */
type NewSubscription = {
  readonly url: string;
  readonly events: readonly string[];
  readonly secret?: string | undefined;
};

export type Webhooks = ReturnType<typeof createWebhooks>;

/** Subscriptions to events (S0-59…S0-67). What another project's key made is `not_found`. */
export function createWebhooks({
  sql,
  endpoints,
  clock,
}: {
  readonly sql: Sql;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
}) {
  async function find(by: Asking, id: string): Promise<SubscriptionRow> {
    mustHave(by, "events");
    const row = z.uuid().safeParse(id).success ? await subscriptionById(sql, by.caller, id) : null;
    if (!row) throw new Refusal("not_found", "There is no subscription with this id.");
    return row;
  }

  /** Where this key made it, or a key that is bound to the same project. */
  async function findOwn(by: Asking, id: string): Promise<SubscriptionRow> {
    const row = await find(by, id);
    const { keyId, projectId } = by.caller;
    if (row.keyId !== keyId && (projectId === null || row.projectId !== projectId))
      throw new Refusal("not_allowed", "Another key made this subscription, so it is not yours to change.");
    return row;
  }

  return {
    /** From now on its address hears of these events. `secret` is told here and never again. */
    async create(by: Asking, { url, events, secret }: NewSubscription) {
      mustHave(by, "events");
      refuseWrong(wrongNames(events));
      const id = idFrom(by.onceId, "subscription");
      // By the clock that facts bear.
      const createdAt = new Date(clock.now());
      const wanted = { id, url, events: [...new Set(events)], secret, createdAt };
      const { secretShown } = await endpoints.makeSubscription(by, wanted);
      return { subscription: await find(by, id), secret: secretShown };
    },

    get: find,

    async list(by: Asking, paging: Paging): Promise<Page<SubscriptionRow>> {
      mustHave(by, "events");
      return newestFirst("webhooks", paging, (one) => listSubscriptions(sql, by.caller, one));
    },

    /** Nothing is sent any more, also of what waits. */
    async remove(by: Asking, id: string): Promise<void> {
      const { id: known } = await findOwn(by, id);
      await deleteSubscription(sql, by.caller.workspaceId, known);
    },

    /** Resolves to its next secret; the one before it signs too for a day. */
    async rotateSecret(by: Asking, id: string, secret?: string): Promise<string> {
      const { id: known } = await findOwn(by, id);
      return endpoints.rotate(by, known, secret);
    },

    /** What was sent to it, newest first. */
    async deliveries(by: Asking, id: string, paging: Paging): Promise<Page<DeliveryRow>> {
      const { id: endpointId } = await find(by, id);
      const { workspaceId } = by.caller;
      return newestFirst("deliveries", paging, (one) =>
        listDeliveries(sql, { workspaceId, endpointId }, one),
      );
    },
  };
}
