import type { Consultation } from "#engine/consultation/consultation.ts";
import type { StreamKind } from "#engine/machines.ts";
import type { PlannedStep } from "#engine/run/plan.ts";
import type { Brief, Instant, Run, Step } from "#engine/run/run.ts";

/** The head of a log, locked by whoever changes it. */
export type Head = {
  readonly id: string;
  readonly kind: StreamKind;
  readonly workspace_id: string;
  readonly seq: number;
};

/** A run's row, with its steps beside it. Written only by the store, so what is read back is what the rules made. */
export type RunRow = {
  readonly id: string;
  readonly workspace_id: string;
  readonly seq: number;
  readonly goal_id: string;
  readonly status: Run["status"];
  readonly brief: Brief;
  readonly state: Pick<Run, "guidance" | "planTrouble" | "rounds" | "reason" | "activeMs" | "activeSince">;
  readonly requested_at: Instant | null;
  readonly ended_at: Instant | null;
};

export type StepRow = {
  readonly run_id: string;
  readonly workspace_id: string;
  readonly key: string;
  readonly position: number;
  readonly status: Step["status"];
  readonly agent: string;
  readonly attempt: number;
  readonly lease: string | null;
  readonly worker: string | null;
  readonly planned: PlannedStep;
  readonly state: Omit<Step, keyof PlannedStep | "status" | "attempt" | "lease" | "worker">;
};

export type ConsultationRow = {
  readonly id: string;
  readonly workspace_id: string;
  readonly seq: number;
  readonly state: Consultation["state"];
  readonly run_id: string | null;
  readonly step_key: string | null;
  readonly workflow_id: string | null;
  readonly checkpoint_id: string | null;
  readonly project_id: string | null;
  readonly opened_at: Instant;
  readonly body: Consultation;
};

/** Steps come in plan order. */
export function toRun(row: RunRow, steps: readonly StepRow[]): Run {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    seq: row.seq,
    status: row.status,
    brief: row.brief,
    steps: steps.map(toStep),
    ...row.state,
    requestedAt: toInstant(row.requested_at),
    endedAt: toInstant(row.ended_at),
  };
}

/** A run without a brief has no facts, and never gets a row. */
export function fromRun(run: Run, brief: Brief): RunRow {
  const { guidance, planTrouble, rounds, reason, activeMs, activeSince } = run;
  return {
    id: run.id,
    workspace_id: run.workspaceId,
    seq: run.seq,
    goal_id: brief.goalId,
    status: run.status,
    brief,
    state: { guidance, planTrouble, rounds, reason, activeMs, activeSince },
    requested_at: run.requestedAt,
    ended_at: run.endedAt,
  };
}

const toStep = ({ status, attempt, lease, worker, planned, state }: StepRow): Step => ({
  ...planned,
  status,
  attempt,
  lease,
  worker,
  ...state,
});

export function fromStep(run: Run, step: Step, position: number): StepRow {
  const { key, title, agent, instructions, after, acceptance, risk, effects, timeoutMs } = step;
  const { status, attempt, lease, worker, tries, notBefore, note, output, reason, log } = step;
  const { question, consultationId, answer, checkpoint, startedAt, endedAt, outsideAgent } = step;
  return {
    run_id: run.id,
    workspace_id: run.workspaceId,
    key,
    position,
    status,
    agent: agent.kind,
    attempt,
    lease,
    worker,
    planned: { key, title, agent, instructions, after, acceptance, risk, effects, timeoutMs },
    state: {
      ...{ tries, notBefore, note, output, reason, log },
      ...{ question, consultationId, answer, checkpoint, startedAt, endedAt },
      ...(outsideAgent === undefined ? {} : { outsideAgent }),
    },
  };
}

export const fromConsultation = (consultation: Consultation): ConsultationRow => ({
  id: consultation.id,
  workspace_id: consultation.workspaceId,
  seq: consultation.seq,
  state: consultation.state,
  run_id: consultation.origin?.runId ?? null,
  step_key: consultation.origin?.key ?? null,
  workflow_id: consultation.outside?.workflowId ?? null,
  checkpoint_id: consultation.outside?.checkpointId ?? null,
  project_id: consultation.outside?.projectId ?? null,
  opened_at: consultation.openedAt,
  body: consultation,
});

/** Postgres hands a bigint over as text. */
const toInstant = (value: Instant | string | null): Instant | null => (value === null ? null : Number(value));
