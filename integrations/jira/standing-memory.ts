import type { IssueState } from "./issue.ts";

/** Where issues stand, as far as we have seen or moved them; and which new ones nobody has looked at yet. */
export type StandingMemory = ReturnType<typeof createStandingMemory>;

/** How long it is believed that an issue stands where we have left it. Where that is wrong Jira refuses a way, and it is looked at. */
const BELIEVED_MS = 60 * 60_000;
const MOST = 5_000;

/** Keeps the latest few thousand. */
export function createStandingMemory() {
  const all = new Map<string, { readonly until: number; readonly state: IssueState }>();
  const fresh = new Set<string>();
  return {
    keep(state: IssueState): void {
      fresh.delete(state.id);
      all.delete(state.id);
      all.set(state.id, { until: performance.now() + BELIEVED_MS, state });
      dropOldest(all);
    },
    get(id: string): IssueState | undefined {
      const had = all.get(id);
      return had && had.until > performance.now() ? had.state : undefined;
    },
    forget(id: string): void {
      all.delete(id);
    },
    /** It was just made: whoever looks at another one looks at it with the same call. */
    expect(id: string): void {
      fresh.add(id);
      dropOldest(fresh);
    },
    /** Some that nobody has looked at; they are not named again. */
    takeFresh(most: number): readonly string[] {
      const taken = [...fresh].slice(-most);
      for (const id of taken) fresh.delete(id);
      return taken;
    },
  };
}

function dropOldest(all: Map<string, unknown> | Set<string>): void {
  const [oldest] = all.keys();
  if (all.size > MOST && oldest !== undefined) all.delete(oldest);
}
