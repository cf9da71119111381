import { isDeepStrictEqual } from "node:util";
import type { Sql } from "postgres";
import { isPublished } from "#db/published-events.ts";
import { Refusal } from "#engine/errors.ts";
import { idFrom } from "../../ids.ts";
import type { Asking } from "../requests/asking.ts";
import { WrongFields } from "../wrong-fields.ts";
import type { Envelope } from "./envelope.ts";

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/** As we call what a run or a question has told. */
const OURS = new RegExp(`^evt-${UUID}-\\d+$`);
/** As we call what was published without an id. */
const MADE = new RegExp(`^evt-(${UUID})$`);
/** So far may the clocks of others be ahead. */
const AHEAD_MS = 5 * 60_000;

/**
 * The id under which an event is kept, and what makes it the same call. An agent that gives its events ids of its own
 * (S0-71) may tell each as often as it likes. Refuses ids that would pass for a fact of ours.
 */
export async function identityOf(
  sql: Sql,
  { caller: { workspaceId, projectId }, onceId }: Asking,
  eventId: string | undefined,
): Promise<readonly [id: string, once: string]> {
  if (eventId === undefined) return [idFrom(onceId, "event"), onceId];
  if (OURS.test(eventId)) {
    const detail = "Countersign gives such ids to what it tells itself: choose another.";
    throw new WrongFields([{ field: "event_id", detail }]);
  }
  const made = MADE.exec(eventId)?.[1];
  const isKept = made !== undefined && (await isPublished(sql, { workspaceId, projectId }, made));
  const id = isKept ? made : idFrom(`${workspaceId} ${projectId ?? "-"} ${eventId}`, "event-id");
  return [id, id];
}

/** Whether what is kept under an id is what is told now. */
export const isSame = (kept: Envelope, told: Envelope): boolean =>
  kept.event_type === told.event_type &&
  kept.workflow_id === told.workflow_id &&
  kept.metadata.agent_id === told.metadata.agent_id &&
  isDeepStrictEqual(kept.data, told.data);

/** Under this id something else was told. */
export const takenId = (): Refusal =>
  new Refusal(
    "conflict",
    "Another event was published under this event_id: give this one an id of its own.",
    {
      field: "event_id",
    },
  );

/** Refuses what has not happened yet. */
export function refuseLater(happenedAt: Date | undefined, now: number): void {
  if (happenedAt === undefined || happenedAt.getTime() <= now + AHEAD_MS) return;
  const detail = "It lies in the future: publish what has happened.";
  throw new WrongFields([{ field: "timestamp", detail }]);
}
