import type { Sql } from "postgres";
import type { StreamRow } from "#db/cursors.ts";
import { loadConsultation, loadRun } from "#db/load.ts";
import { wantMessage } from "#db/messages.ts";
import { isLatestRun, questionsOf, stuckFacts } from "#db/story.ts";
import type { Run } from "#engine/run/run.ts";
import type { Follower } from "../followers.ts";
import { type ThreadState, threadMessages } from "./thread-messages.ts";
import type { Threads } from "./threads.ts";

/**
 * Follows the log into Slack: says what each message of a goal's thread should show. It renders from state, so hearing
 * of a fact twice, late, or not at all once a later one was heard, changes nothing.
 */
export function createThreadFollower(needs: { readonly sql: Sql; readonly threads: Threads }): Follower {
  const { sql, threads } = needs;

  async function runOf({ id, kind, workspaceId }: StreamRow): Promise<Run | null> {
    if (kind === "run") return loadRun(sql, workspaceId, id);
    const consultation = await loadConsultation(sql, workspaceId, id);
    return consultation?.origin ? loadRun(sql, workspaceId, consultation.origin.runId) : null;
  }

  return {
    name: "slack",
    async catchUp(stream) {
      const run = await runOf(stream);
      if (!run?.brief) return;
      const { id, workspaceId, brief } = run;
      const [questions, stuck, isLatest] = await Promise.all([
        questionsOf(sql, workspaceId, id),
        stuckFacts(sql, workspaceId, id),
        isLatestRun(sql, workspaceId, id),
      ]);
      const state: ThreadState = { run, brief, questions, stuck, isLatest };
      for (const message of threadMessages(state, await threads.contextOf(state)))
        await wantMessage(sql, message);
    },
  };
}
