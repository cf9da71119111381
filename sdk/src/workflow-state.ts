import type { Checkpoints } from "./checkpoints.ts";
import type { CountersignClient } from "./client.ts";

/** What happened to a workflow so far, as its agent keeps it beside the state. */
export type Happened = { readonly what: string; readonly at: string; readonly checkpoint_id?: string };

/** A state that was saved, and what led to it. */
export type Saved = {
  readonly state: unknown;
  readonly history: readonly Happened[];
  readonly schemaVersion: number;
  /** Whether it was used: then there is nothing to go on with. */
  readonly isConsumed: boolean;
};

/** Where a workflow's state lies while its agent does not run. */
export type WorkflowState = {
  save(
    workflowId: string,
    checkpointId: string,
    saved: Pick<Saved, "state" | "history" | "schemaVersion"> & {
      /** ISO 8601: it is needed until then, since the answer may come so late. */
      readonly expiresAt?: string | undefined;
    },
  ): Promise<void>;
  /** Null where there is none, or none any more. */
  load(workflowId: string, checkpointId: string): Promise<Saved | null>;
  /** Marks it as used: nobody goes on from it again. */
  consume(workflowId: string, checkpointId: string): Promise<void>;
};

/** Keeps states as Countersign's checkpoints (up to 256 kB each), under this agent's name. */
export function checkpointState(client: CountersignClient, agentId: string): WorkflowState {
  const { checkpoints }: { readonly checkpoints: Checkpoints } = client;
  return {
    async save(workflowId, checkpointId, { state, history, schemaVersion, expiresAt }) {
      await checkpoints.save(workflowId, checkpointId, {
        ...{ agent_id: agentId, state_data: state, event_history: history, schema_version: schemaVersion },
        expires_at: expiresAt,
      });
    },
    async load(workflowId, checkpointId) {
      const found = await checkpoints.get(workflowId, checkpointId);
      if (!found) return null;
      return {
        state: found.state_data,
        history: Array.isArray(found.event_history) ? found.event_history : [],
        schemaVersion: found.schema_version,
        isConsumed: found.consumed_at !== null,
      };
    },
    async consume(workflowId, checkpointId) {
      await checkpoints.consume(workflowId, checkpointId);
    },
  };
}
