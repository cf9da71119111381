import type { Sql } from "postgres";
import { askedAbout } from "#db/heard.ts";
import { loadRun } from "#db/load.ts";
import { hasEnded } from "#engine/run/run.ts";
import type { Follower } from "../../followers.ts";
import type { Desk } from "../../slack/desk.ts";
import { settle } from "./show.ts";

/** Nobody waits for this. */
const GATHER_MS = 500;

/** Takes back what is still asked about a run, for what came from Jira, when that run has ended: no button asks in vain. */
export function createAsksFollower({ sql, desk }: { readonly sql: Sql; readonly desk: Desk }): Follower {
  return {
    name: "jira-asks",
    reads: "jira",
    gatherMs: GATHER_MS,
    async catchUp({ id, workspaceId }) {
      const asked = await askedAbout(sql, workspaceId, id);
      const run = asked.length === 0 ? null : await loadRun(sql, workspaceId, id);
      if (!run || !hasEnded(run)) return;
      for (const one of asked) await settle(desk, one, { state: "done", outcome: "ended" });
    },
  };
}
