import type { State } from "../state.ts";
import type { Call } from "./records.ts";

/** So many calls are kept; older ones go, the oldest first. */
export const CALLS_KEPT = 3000;

/** Keeps a call that came in. */
export function recordCall(state: State, call: Call): void {
  state.keep(() => {
    const kept = state.calls.keys();
    const [oldest] = kept;
    state.calls.put(String(Number(kept.at(-1) ?? 0) + 1), call);
    if (kept.length >= CALLS_KEPT && oldest !== undefined) state.calls.remove(oldest);
  });
}

/** The calls that are kept, oldest first, and how many older ones are gone. */
export function keptCalls(state: State): { readonly calls: Call[]; readonly dropped: number } {
  const first = state.calls.keys()[0];
  return { calls: state.calls.all(), dropped: first === undefined ? 0 : Number(first) - 1 };
}
