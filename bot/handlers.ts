import type { Sql } from "postgres";
import { loadRun } from "#db/load.ts";
import { agentsToPlanWith } from "#db/outside-agents.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { RunJob } from "#engine/jobs.ts";
import { isWaitingFor, type Run } from "#engine/run/run.ts";
import { openQuestion, withdrawQuestion, withdrawQuestions } from "#engine/work/open-question.ts";
import type { Planner } from "#engine/work/plan-goal.ts";
import { planRun } from "#engine/work/plan-run.ts";
import { tellRun } from "#engine/work/tell-run.ts";
import { type WorkNeeds, workOnStep } from "#engine/work/work-on-step.ts";
import type { Handlers } from "./worker.ts";

/** A planner that has not answered by then is given up. */
const PLAN_TIMEOUT_MS = 10 * 60_000;

/** What each job does. Every one may come late, twice, or when nobody needs it any more. */
export function createHandlers(needs: {
  readonly sql: Sql;
  readonly work: WorkNeeds;
  readonly consultationOf: (workspaceId: string, id: string) => Promise<Consultation | null>;
  /** Asks a model for plans, within the goal's budget; null where no model is set. */
  readonly plannerFor: (run: Run) => Planner | null;
  readonly closeWorkspace: (runId: string) => Promise<void>;
}): Handlers {
  const { sql, work } = needs;
  const runOf = ({ workspaceId, runId }: RunJob) => loadRun(sql, workspaceId, runId);
  return {
    "work-on-step": (job) => workOnStep(work, job),

    async "tell-run"({ workspaceId, consultationId }) {
      const consultation = await needs.consultationOf(workspaceId, consultationId);
      if (consultation) await tellRun(work, consultation);
    },

    async "withdraw-question"({ workspaceId, consultationId }) {
      await withdrawQuestion(
        work.engine,
        workspaceId,
        consultationId,
        "The work it was about is done again.",
      );
    },

    async "open-question"(job) {
      const run = await runOf(job);
      if (run) await openQuestion(work, run, job.key);
      const after = await runOf(job); // it may have ended, or gone back to the step's beginning, while we asked
      const asked = run?.steps.find((step) => step.key === job.key)?.consultationId;
      if (after && asked && !isWaitingFor(after, asked))
        await withdrawQuestion(work.engine, job.workspaceId, asked, "Nothing waits for its answer any more.");
    },

    async "plan-goal"(job) {
      const run = await runOf(job);
      if (!run?.brief) return;
      const { projectId } = run.brief;
      const project = projectId === null ? null : await work.projectOf(run.workspaceId, projectId);
      const signal = AbortSignal.timeout(PLAN_TIMEOUT_MS);
      const outside = await agentsToPlanWith(sql, run.workspaceId, projectId);
      await planRun(work.engine, run, { project, outside, planner: needs.plannerFor(run) }, signal);
    },

    async "close-run"(job) {
      const run = await runOf(job);
      if (!run) return;
      await withdrawQuestions(work, run);
      await needs.closeWorkspace(run.id);
    },
  };
}
