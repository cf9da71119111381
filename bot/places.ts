import type { Sql } from "postgres";
import { admitWaiting, withinLimit } from "#db/limits.ts";
import type { StepJob } from "#engine/jobs.ts";
import type { HouseKind } from "#engine/run/plan.ts";

/** How many agents of each kind may work at once; a kind that is not named has no limit. Agents outside keep their own. */
export type AgentLimits = { readonly [Kind in HouseKind]?: number };

/** Keeps the number of agents at work within their limits, in every process together. Who finds no place waits in line. */
export function createPlaces(sql: Sql, limits: AgentLimits) {
  const limited = Object.entries(limits) as [HouseKind, number][];
  /** Kinds that somebody waits for in line: at the start, perhaps since a process that is gone turned them away. */
  const turnedAway = new Set<HouseKind>(limited.map(([kind]) => kind));
  const turns = new Map<HouseKind, Promise<unknown>>();

  /** One at a time in this process, so that waiting for Postgres's lock takes one connection and not sixteen. */
  function inTurn<T>(kind: HouseKind, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(kind) ?? Promise.resolve()).then(work, work);
    turns.set(
      kind,
      turn.catch(() => undefined), // heard by whoever asked; the next in turn only waits for the end
    );
    return turn;
  }

  return {
    unlimited: (["command", "model", "rehearsal", "person"] as const).filter(
      (kind) => limits[kind] === undefined,
    ),

    async within<T>(
      { workspaceId, runId, agent: kind }: StepJob,
      begin: () => Promise<T>,
    ): Promise<T | null> {
      const most = limits[kind];
      if (most === undefined) return begin();
      const begun = await inTurn(kind, () => withinLimit(sql, { workspaceId, kind, runId, most }, begin));
      if (begun === null) turnedAway.add(kind);
      return begun;
    },

    /** An attempt has ended: somebody else, perhaps turned away by another process, has its place. */
    async leave(kind: HouseKind): Promise<void> {
      const most = limits[kind];
      if (most !== undefined) await admitWaiting(sql, kind, most);
    },

    /** Looks after those who were turned away here, whoever has kept them from their place. */
    async admit(): Promise<void> {
      for (const [kind, most] of limited) {
        if (!turnedAway.delete(kind)) continue;
        if ((await admitWaiting(sql, kind, most)) > 0) turnedAway.add(kind);
      }
    },
  };
}
