import type { Sql } from "postgres";
import { type AttemptRow, type DeliveryRow, deliveriesBy } from "#db/delivery-list.ts";
import { Refusal } from "#engine/errors.ts";

/** The delivery that an operator means: by its id, or by its first letters where they are only its own. */
export async function deliveryOf(
  { sql, workspaceId }: { readonly sql: Sql; readonly workspaceId: string },
  name: string,
): Promise<DeliveryRow> {
  const id = name.toLowerCase().replace(/…$/, "");
  const [found, other] = /^[\da-f-]{4,36}$/.test(id) ? await deliveriesBy(sql, workspaceId, id) : [];
  if (!found)
    throw new Refusal(
      "not_found",
      "There is no such delivery: ./countersign delivery list shows what there is.",
    );
  if (other) throw new Refusal("bad_input", `Several deliveries begin with ${id}: write more of the id.`);
  return found;
}

/** Where it goes, without what an address may keep secret: its query. */
export function placeOf(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname}${search === "" ? "" : "?…"}`;
}

/** How it stands, in a word or a few. */
export function stateOf({ state, offReason, attempts }: DeliveryRow): string {
  if (state !== "failed") return state;
  return offReason !== null && attempts === 0 ? "not sent" : "failed";
}

/** What went wrong last; what came back where nothing did. */
export function lastOf({ lastError, lastStatus, offReason, state }: DeliveryRow): string {
  if (state === "failed" && offReason !== null) return `Its address is off: ${offReason}`;
  return lastError ?? (lastStatus === null ? "" : `It answered ${lastStatus}.`);
}

// What `--json` prints: names with underscores, moments as ISO texts, what is not set as null. Programs rely on it.

/** A delivery in short. */
export const toDelivery = (row: DeliveryRow) => ({
  ...{ id: row.id, event: row.event, state: row.state, attempts: row.attempts, url: placeOf(row.url) },
  ...{ endpoint_id: row.endpointId, stream_id: row.streamId, off_reason: row.offReason },
  ...{ last_status: row.lastStatus, last_error: row.lastError },
  ...{ created_at: row.createdAt.toISOString(), next_attempt_at: row.nextAt?.toISOString() ?? null },
  ...{ sent_at: row.sentAt?.toISOString() ?? null, done_at: row.doneAt?.toISOString() ?? null },
});

/** One try. */
export const toAttempt = ({ number, at, tookMs, status, error, answer }: AttemptRow) => ({
  ...{ number, at: at.toISOString(), took_ms: tookMs, status, error, answer },
});
