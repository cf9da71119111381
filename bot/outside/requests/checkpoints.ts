import type { Sql } from "postgres";
import {
  type CheckpointRow,
  checkpointById,
  consumeCheckpoint,
  purgeCheckpoints,
  saveCheckpoint,
} from "#db/checkpoints.ts";
import { Refusal } from "#engine/errors.ts";
import type { Clock } from "#engine/ports.ts";
import type { Logger } from "../../logger.ts";
import { WrongFields } from "../wrong-fields.ts";
import { type Asking, mustHave } from "./asking.ts";

const DAY_MS = 24 * 3_600_000;
const DEFAULT_LIFE_MS = 30 * DAY_MS;
const LONGEST_LIFE_MS = 366 * DAY_MS;
const PURGE_EVERY_MS = 60_000;

/** What an agent wants kept. */
type NewCheckpoint = {
  readonly agentId?: string | undefined;
  readonly stateData: unknown;
  /** Null where there is none. */
  readonly eventHistory: unknown;
  readonly schemaVersion: number;
  /** 30 days from now where nothing is said. */
  readonly expiresAt?: Date | undefined;
};

export type CheckpointId = Pick<CheckpointRow, "workflowId" | "checkpointId">;
export type Checkpoints = ReturnType<typeof createCheckpoints>;

/** Where outside agents keep what they need to go on (S0-48). What another project's key kept is `not_found`. */
export function createCheckpoints({
  sql,
  clock,
  log,
}: {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly log: Logger;
}) {
  const now = () => new Date(clock.now());
  const refOf = ({ caller: { workspaceId, projectId, keyId, ownerId } }: Asking, id: CheckpointId) => ({
    ...{ workspaceId, projectId, keyId, ownerId, now: now() },
    ...{ workflowId: id.workflowId, checkpointId: id.checkpointId },
  });

  return {
    /** Keeps it, in the place of what was there; then it counts as unused. */
    async save(by: Asking, id: CheckpointId, kept: NewCheckpoint) {
      mustHave(by, "ask");
      const { agentId = by.caller.name, stateData, eventHistory, schemaVersion } = kept;
      const ref = refOf(by, id);
      const expiresAt = kept.expiresAt ?? new Date(ref.now.getTime() + DEFAULT_LIFE_MS);
      refuseLife(expiresAt.getTime() - ref.now.getTime());
      const what = { agentId, stateData, eventHistory, schemaVersion, expiresAt };
      const saved = await saveCheckpoint(sql, ref, what);
      if (!saved)
        throw new Refusal("conflict", "Another agent keeps a checkpoint under these ids: choose others.");
      return saved;
    },

    async get(by: Asking, id: CheckpointId): Promise<CheckpointRow> {
      mustHave(by, "ask");
      return found(await checkpointById(sql, refOf(by, id)));
    },

    /** Marks that somebody went on from it. It stays readable until it expires: who crashes then can go on again. */
    async consume(by: Asking, id: CheckpointId): Promise<CheckpointRow> {
      mustHave(by, "ask");
      const used = await consumeCheckpoint(sql, refOf(by, id));
      if (used) return used;
      found(await checkpointById(sql, refOf(by, id)));
      throw new Refusal("not_allowed", "Another agent keeps this checkpoint, so it is not yours to use up.");
    },

    /** Deletes what expires, every minute, until the returned function is called. */
    startPurging(): () => Promise<void> {
      let purging: Promise<unknown> = Promise.resolve();
      const timer = setInterval(() => {
        purging = purgeCheckpoints(sql, now()).catch((error) =>
          log.warn("checkpoints could not be purged", { error }),
        );
      }, PURGE_EVERY_MS);
      return async () => {
        clearInterval(timer);
        await purging;
      };
    },
  };
}

function refuseLife(lifeMs: number): void {
  if (lifeMs > 0 && lifeMs <= LONGEST_LIFE_MS) return;
  const detail =
    lifeMs <= 0
      ? "It lies in the past."
      : "A checkpoint is kept for a year at most: choose an earlier moment.";
  throw new WrongFields([{ field: "expires_at", detail }]);
}

function found(row: CheckpointRow | null): CheckpointRow {
  if (row) return row;
  throw new Refusal("not_found", "There is no such checkpoint, or it has expired.");
}
