import type { Consultation, ConsultationFact } from "./consultation/consultation.ts";
import type { RunFact } from "./run/facts.ts";
import type { HouseKind } from "./run/plan.ts";
import { hasEnded, type Run, type Step } from "./run/run.ts";

/** Work to be done outside the transaction. Ids only, so that a late job sees today's state. */
export type Job =
  | { readonly name: "plan-goal"; readonly payload: RunJob }
  | { readonly name: "work-on-step"; readonly payload: StepJob }
  | { readonly name: "open-question"; readonly payload: RunJob & { readonly key: string } }
  | { readonly name: "withdraw-question"; readonly payload: QuestionJob }
  | { readonly name: "tell-run"; readonly payload: QuestionJob }
  | { readonly name: "close-run"; readonly payload: RunJob };

/** `agent` is the kind of agent, so that a full house can be seen before anything is loaded. */
export type StepJob = RunJob & { readonly key: string; readonly agent: HouseKind };

type QuestionJob = { readonly workspaceId: string; readonly consultationId: string };

export type RunJob = { readonly workspaceId: string; readonly runId: string };

/** A step that agents outside may take. Nobody has to do anything about it: its commit says so to all who wait for one. */
type Offer = { readonly name: "offer-step"; readonly payload: RunJob & { readonly key: string } };

/** A job and how urgent it is: graphile takes smaller numbers first (S3-13). */
export type QueuedJob = (Job | Offer) & { readonly priority: number };

/** Questions and answers come before all work: people wait for them. */
const FIRST = -20;
const PRIORITY = { high: -10, normal: 0, low: 10 } as const;

/**
 * What a change of a run sets going. Reading this is reading what the engine does by itself. Where one change did more
 * than one thing to a step, its last state counts: no job is made for what the same change has settled already.
 */
export function jobsAfterRun(run: Run, facts: readonly RunFact[]): readonly QueuedJob[] {
  const steps = new Map(run.steps.map((step) => [step.key, step]));
  const jobs = facts.flatMap((fact) => jobsAfterFact(run, steps, fact));
  return [...new Map(jobs.map((job) => [nameOf(job), job])).values()];
}

/** Two jobs with the same name are one. */
const nameOf = ({ name, payload }: Job | Offer): string =>
  [
    name,
    "key" in payload ? payload.key : "",
    "consultationId" in payload ? payload.consultationId : "",
  ].join();

function jobsAfterFact(run: Run, steps: ReadonlyMap<string, Step>, fact: RunFact): readonly QueuedJob[] {
  const { id: runId, workspaceId } = run;
  const priority = PRIORITY[run.brief?.priority ?? "normal"];
  switch (fact.type) {
    case "run.requested":
    case "plan.retried":
      return run.status === "planning" && run.planTrouble === null
        ? [{ name: "plan-goal", payload: { workspaceId, runId }, priority }]
        : [];
    case "step.ready": {
      const step = steps.get(fact.key);
      return step?.status === "ready" ? [{ ...jobOf(step, { workspaceId, runId }), priority }] : [];
    }
    case "step.asked":
      return steps.get(fact.key)?.consultationId === fact.consultationId && !hasEnded(run)
        ? [{ name: "open-question", payload: { workspaceId, runId, key: fact.key }, priority: FIRST }]
        : [];
    case "steps.reopened":
      return fact.withdrawn.map((consultationId) => ({
        name: "withdraw-question",
        payload: { workspaceId, consultationId },
        priority: FIRST,
      }));
    case "run.succeeded":
    case "run.failed":
    case "run.cancelled":
      return needsClosing(run) ? [{ name: "close-run", payload: { workspaceId, runId }, priority }] : [];
    case "plan.proposed":
    case "plan.troubled":
    case "run.started":
    case "run.guided":
    case "attempt.began":
    case "attempt.lost":
    case "step.progressed":
    case "step.answered":
    case "step.failed":
    case "step.blocked":
    case "step.retried":
    case "step.skipped":
    case "step.taken":
    case "step.succeeded":
      return [];
  }
}

/** Our own agents are given their steps; to agents outside they are offered. */
const jobOf = ({ key, agent: { kind } }: Step, run: RunJob): Job | Offer =>
  kind === "remote"
    ? { name: "offer-step", payload: { ...run, key } }
    : { name: "work-on-step", payload: { ...run, key, agent: kind } };

/** A run that asked nobody and has no worktree leaves nothing behind that would have to be tidied up. */
const needsClosing = (run: Run): boolean =>
  run.brief?.projectId !== null ||
  run.steps.some((step) => step.consultationId !== null || step.agent.kind === "command");

/** An answer, or that there will be none, is told to the run that waits for it. Answers come before everything else. */
export function jobsAfterConsultation(
  { id: consultationId, workspaceId, origin }: Consultation,
  facts: readonly ConsultationFact[],
): readonly QueuedJob[] {
  const over = facts.some(
    (fact) => fact.type === "consultation.settled" || fact.type === "consultation.expired",
  );
  return over && origin !== null
    ? [{ name: "tell-run", payload: { workspaceId, consultationId }, priority: FIRST }]
    : [];
}
