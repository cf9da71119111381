import type { Sql } from "postgres";
import type { StreamRow } from "#db/cursors.ts";
import { loadConsultation, loadRun } from "#db/load.ts";
import { wantMessage } from "#db/messages.ts";
import { isLatestRun, namingsOf, questionsOf, stuckFacts } from "#db/story.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { Run } from "#engine/run/run.ts";
import type { Follower } from "../followers.ts";
import type { RequestContexts } from "./request-context.ts";
import { requestMessages } from "./request-messages.ts";
import { type ThreadState, threadMessages } from "./thread-messages.ts";
import type { Threads } from "./threads.ts";

/**
 * Follows the log into Slack: says what each message of a goal's thread, and each copy of an outside agent's request, should
 * show. It renders from state, so hearing of a fact twice, late, or not at all once a later one was heard, changes nothing.
 */
export function createThreadFollower(needs: {
  readonly sql: Sql;
  readonly threads: Threads;
  readonly requests: RequestContexts;
}): Follower {
  const { sql, threads, requests } = needs;

  /** The run that a log tells of; null where it tells of none, since its messages are no thread. */
  async function runOf({ id, kind, workspaceId }: StreamRow): Promise<Run | null> {
    if (kind === "run") return loadRun(sql, workspaceId, id);
    const consultation = await loadConsultation(sql, workspaceId, id);
    if (consultation?.origin) return loadRun(sql, workspaceId, consultation.origin.runId);
    if (consultation?.outside) await showRequest(consultation);
    return null;
  }

  async function showRequest(consultation: Consultation): Promise<void> {
    const { id, workspaceId } = consultation;
    const namings = (await namingsOf(sql, workspaceId, [id])).get(id) ?? [];
    const state = { consultation, namings };
    for (const message of requestMessages(state, await requests.contextOf(state)))
      await wantMessage(sql, message);
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
      const namings = await namingsOf(sql, workspaceId, wereHandedOn(questions));
      const state: ThreadState = { run, brief, questions, namings, stuck, isLatest };
      for (const message of threadMessages(state, await threads.contextOf(state)))
        await wantMessage(sql, message);
    },
  };
}

/** The questions that may have been put to others than at first: somebody is named, and more has happened than the asking. */
const wereHandedOn = (questions: readonly Consultation[]): readonly string[] =>
  questions.filter(({ seq, policy }) => seq > 1 && (policy?.people.length ?? 0) > 0).map(({ id }) => id);
