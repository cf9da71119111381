import { isCode } from "./error.ts";
import type { CallOptions, Transport } from "./transport.ts";

/** What is kept of an agent that stopped, so that it can go on from exactly there. Up to 256 kB. */
export type NewCheckpoint = {
  readonly state_data: unknown;
  readonly agent_id?: string | undefined;
  readonly event_history?: unknown;
  /** Of `state_data`, as you count it. */
  readonly schema_version?: number | undefined;
  /** ISO 8601; 30 days from now where nothing is said. */
  readonly expires_at?: string | undefined;
};

export type Checkpoint = {
  readonly workflow_id: string;
  readonly checkpoint_id: string;
  readonly agent_id: string;
  readonly state_data: unknown;
  readonly event_history: unknown;
  readonly schema_version: number;
  readonly created_at: string;
  readonly updated_at: string;
  /** When it was used; it stays readable until it expires. */
  readonly consumed_at: string | null;
  readonly expires_at: string | null;
};

export type Checkpoints = ReturnType<typeof checkpointsOf>;

/** The checkpoints behind this transport. */
export function checkpointsOf(transport: Transport) {
  const at = (workflowId: string, checkpointId: string): string =>
    `/api/v1/checkpoints/${encodeURIComponent(workflowId)}/${encodeURIComponent(checkpointId)}`;
  return {
    save: (workflowId: string, checkpointId: string, kept: NewCheckpoint, options: CallOptions = {}) =>
      transport.call<Checkpoint>("PUT", at(workflowId, checkpointId), { ...options, body: kept }),
    /** Null where there is none (any more). */
    async get(
      workflowId: string,
      checkpointId: string,
      options: CallOptions = {},
    ): Promise<Checkpoint | null> {
      try {
        return await transport.call<Checkpoint>("GET", at(workflowId, checkpointId), options);
      } catch (error) {
        if (isCode(error, "not_found")) return null;
        throw error;
      }
    },
    /** Marks it as used. */
    consume: (workflowId: string, checkpointId: string, options: CallOptions = {}) =>
      transport.call<Checkpoint>("DELETE", at(workflowId, checkpointId), options),
  };
}
