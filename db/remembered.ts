import type { Sql, TransactionSql } from "postgres";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { State, StreamKind } from "#engine/machines.ts";
import type { Change, StreamRef, Submission } from "#engine/ports.ts";
import { createCache } from "./cache.ts";
import { loadConsultation, loadStates } from "./load.ts";
import type { Head } from "./rows.ts";

export type States = ReadonlyMap<string, State[StreamKind]>;

/** What the store remembers of the streams that it wrote last, and how it gets at the rest. */
export function createRemembered(sql: Sql) {
  const cache = createCache();
  return {
    keep(changes: readonly Change[]): void {
      for (const { after } of changes) cache.set(after);
    },

    /** Without locks: what is remembered may be old. Of streams that are about to begin, nothing. */
    async recall(submissions: readonly Submission[]): Promise<States> {
      const remembered = new Map<string, State[StreamKind]>();
      const missing = new Map<string, StreamRef>();
      for (const { stream, command } of submissions) {
        const state = cache.get(stream.id);
        if (state) remembered.set(stream.id, state);
        else if (!begins(command)) missing.set(stream.id, stream);
      }
      return new Map([...remembered, ...(await loadStates(sql, [...missing.values()]))]);
    },

    /** Under the heads' locks: what is remembered counts where the head's number says that nothing has changed since. */
    async under(tx: TransactionSql, heads: readonly Head[]): Promise<States> {
      const begun = heads.filter((head) => head.seq > 0);
      const known = begun.flatMap(({ id, seq }) => {
        const state = cache.get(id);
        return state?.seq === seq ? [[id, state] as const] : [];
      });
      const states = new Map(known);
      const missing = begun.filter(({ id }) => !states.has(id));
      const streams = missing.map(({ id, kind, workspace_id }) => ({ id, kind, workspaceId: workspace_id }));
      return new Map([...states, ...(await loadStates(tx, streams))]);
    },

    /** A consultation as its row says; from memory where it is known to be over, since then it never changes. */
    async consultation(workspaceId: string, id: string): Promise<Consultation | null> {
      const state = cache.get(id);
      if (!state || "steps" in state || state.state === "open") return loadConsultation(sql, workspaceId, id);
      return state.workspaceId === workspaceId ? state : null;
    },
  };
}

/** Whether a command is the first of its stream. */
export const begins = ({ type }: Submission["command"]): boolean => type === "request" || type === "open";
