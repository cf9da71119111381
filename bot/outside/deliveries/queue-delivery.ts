import type { Sql, TransactionSql } from "postgres";
import { addDelivery, type NewDelivery } from "#db/deliveries.ts";
import { idFrom } from "../../ids.ts";

/**
 * Queues bytes for an endpoint, once for each `eventKey` (the fact that they tell of, for example): asked again, they keep
 * their id, and so the receiver knows a repeat. Resolves to whether that is new.
 */
export const queueDelivery = (
  sql: Sql | TransactionSql,
  { eventKey, ...delivery }: Omit<NewDelivery, "id"> & { readonly eventKey: string },
): Promise<boolean> =>
  addDelivery(sql, { ...delivery, id: idFrom(`${delivery.endpointId}:${eventKey}`, "delivery") });
