import type { State, StreamKind } from "#engine/machines.ts";
import { hasEnded } from "#engine/run/run.ts";

const MOST_STATES = 500;
/** A run of a thousand steps is a thousand times as heavy as a question. */
const MOST_STEPS = 10_000;

/** States of the streams that were used last, by id; runs that are over are not kept. Asking for one keeps it longer. */
export function createCache() {
  const kept = new Map<string, State[StreamKind]>();
  let steps = 0;

  function drop(id: string): void {
    const state = kept.get(id);
    if (state) steps -= stepsOf(state);
    kept.delete(id);
  }

  return {
    get(id: string): State[StreamKind] | undefined {
      const state = kept.get(id);
      if (state !== undefined) {
        kept.delete(id);
        kept.set(id, state);
      }
      return state;
    },
    set(state: State[StreamKind]): void {
      drop(state.id);
      if ("steps" in state && hasEnded(state)) return;
      kept.set(state.id, state);
      steps += stepsOf(state);
      for (const oldest of kept.keys()) {
        if (kept.size <= MOST_STATES && steps <= MOST_STEPS) return;
        drop(oldest);
      }
    },
  };
}

const stepsOf = (state: State[StreamKind]): number => ("steps" in state ? state.steps.length : 0);
