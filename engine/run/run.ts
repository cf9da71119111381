import { z } from "zod";
import type { StepOutput } from "../agent/agent.ts";
import type { Answer, Question } from "../consultation/question.ts";
import { Refusal } from "../errors.ts";
import { Key, type PlannedStep } from "./plan.ts";

/** Milliseconds since 1970, UTC. Comes in with a command: the rules have no clock. */
export type Instant = number;

export const RUN_STATUSES = ["planning", "proposed", "running", "succeeded", "failed", "cancelled"] as const;
type RunStatus = (typeof RUN_STATUSES)[number];

export const STEP_STATUSES = [
  "pending", // something before it is not done
  "ready", // a job is on its way
  "working", // an attempt holds its lease
  "waiting", // somebody was asked
  "retrying", // failed, and will be tried again at `notBefore`
  "blocked", // a person must say how it goes on
  "succeeded",
  "failed",
  "skipped",
  "cancelled",
] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** What somebody asked for, and under which rules it is carried out. Fixed when the run is requested. */
export const Brief = z.strictObject({
  goalId: z.uuid(),
  goalNumber: z.number().int().positive(),
  text: z.string().min(1).max(10_000),
  /** One line for cards: "Release billing 0.2.0". */
  title: z.string().min(1).max(150),
  requirements: z.array(z.string().max(1_000)).max(50),
  /** Slack id of the person who asked. */
  requestedBy: z.string().min(1),
  /** Slack id of the channel that carries the goal's card. */
  channel: z.string().min(1),
  projectId: z.uuid().nullable(),
  projectName: z.string().nullable(),
  workflow: Key.nullable(),
  parameters: z.record(z.string(), z.string()),
  branch: z.string().min(1),
  maxTimeMs: z.number().int().positive(),
  testsMustPass: z.boolean(),
  planApproval: z.enum(["always", "risky", "never"]),
  fourEyes: z.enum(["always", "when_possible", "never"]),
  /** Slack ids; empty means the full members of the channel. */
  reviewers: z.array(z.string()).max(5),
  /** The project's own channel, where the goal stands in another one: its members answer, wherever somebody asked. */
  reviewChannel: z.string().min(1).optional(),
  priority: z.enum(["high", "normal", "low"]),
  /** No model is set: the plan is played, and every card says so. */
  rehearsed: z.boolean(),
  /** What the reviewer of an earlier run of this goal wants changed (S3-43). */
  feedback: z.string().max(3_000).nullable(),
  /** Whatever the plan is, it must hold a security step (S3-07). */
  securityAudit: z.boolean().optional(),
  /** The outside agent that asked in this person's name, as cards show it; missing where the person asked. */
  agent: z.string().max(100).optional(),
  /** Goes through to events and callbacks as it came in over the API. */
  correlationId: z.string().max(255).optional(),
  /** W3C trace context of the call that asked. */
  traceparent: z.string().max(100).optional(),
  /** The caller's own notes: they come back as they came, and the rules look at none of them. */
  metadata: z.record(z.string(), z.unknown()).optional(),
});
export type Brief = z.infer<typeof Brief>;

/** A step with what has happened to it. `tries` counts failures since a person last had a say. */
export type Step = PlannedStep & {
  readonly status: StepStatus;
  readonly attempt: number;
  readonly tries: number;
  readonly lease: string | null;
  readonly worker: string | null;
  /** The name of the agent outside that works on it, or did last; missing in old rows. */
  readonly outsideAgent?: string | undefined;
  readonly notBefore: Instant | null;
  readonly note: string | null;
  readonly output: StepOutput | null;
  readonly reason: string | null;
  readonly log: string | null;
  readonly question: Question | null;
  readonly consultationId: string | null;
  readonly answer: Answer | null;
  readonly checkpoint: unknown;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
};

export type Guidance = { readonly by: string; readonly text: string };

export type Run = {
  readonly id: string;
  readonly workspaceId: string;
  /** How many facts the run's log holds. */
  readonly seq: number;
  readonly status: RunStatus;
  readonly brief: Brief | null;
  readonly steps: readonly Step[];
  readonly guidance: readonly Guidance[];
  /** Why the planner could not plan; a person is asked. */
  readonly planTrouble: string | null;
  /** How often a reviewer sent work back in this run. */
  readonly rounds: number;
  readonly reason: string | null;
  /** Working time so far, without the time in which everything waited for people. */
  readonly activeMs: number;
  readonly activeSince: Instant | null;
  readonly requestedAt: Instant | null;
  readonly endedAt: Instant | null;
};

export const noRun = (id: string, workspaceId: string): Run => ({
  id,
  workspaceId,
  seq: 0,
  status: "planning",
  brief: null,
  steps: [],
  guidance: [],
  planTrouble: null,
  rounds: 0,
  reason: null,
  activeMs: 0,
  activeSince: null,
  requestedAt: null,
  endedAt: null,
});

export const freshStep = (step: PlannedStep): Step => ({
  ...step,
  status: "pending",
  attempt: 0,
  tries: 0,
  lease: null,
  worker: null,
  notBefore: null,
  note: null,
  output: null,
  reason: null,
  log: null,
  question: null,
  consultationId: null,
  answer: null,
  checkpoint: null,
  startedAt: null,
  endedAt: null,
});

export const hasEnded = (run: Run): boolean =>
  run.status === "succeeded" || run.status === "failed" || run.status === "cancelled";

export const isDone = (step: Step): boolean => step.status === "succeeded" || step.status === "skipped";

/** Steps that nothing holds back any more, in plan order. */
export function readySteps(run: Run): readonly Step[] {
  const done = new Set(run.steps.filter(isDone).map((step) => step.key));
  return run.steps.filter((step) => step.status === "pending" && step.after.every((key) => done.has(key)));
}

/** Whether the run's clock runs: it does not while everything that is left waits for people. */
export const isActive = (run: Run): boolean =>
  (run.status === "planning" && run.brief !== null && run.planTrouble === null) ||
  (run.status === "running" &&
    run.steps.some(
      (step) => step.status === "working" || step.status === "ready" || step.status === "retrying",
    ));

/** The word that a finished goal's card ends with. */
export type Ending = "Done" | "Answered" | "Failed" | "Cancelled" | "Rehearsed";

/** Null while the run goes on. "Answered" is a goal in which no command ran and no person worked: nothing was applied. */
export function endingOf(run: Run): Ending | null {
  if (run.status === "cancelled") return "Cancelled";
  if (run.status === "failed") return "Failed";
  if (run.status !== "succeeded") return null;
  if (run.brief?.rehearsed) return "Rehearsed";
  return run.steps.some(hasDoneSomething) ? "Done" : "Answered";
}

const hasDoneSomething = (step: Step): boolean =>
  step.status === "succeeded" &&
  (step.agent.kind === "command" ||
    step.agent.kind === "remote" ||
    (step.agent.kind === "person" && step.agent.asks === "work"));

export const isApproval = (step: PlannedStep): boolean =>
  step.agent.kind === "person" && step.agent.asks === "approval";

/** A step that runs the project's tests, whoever planned it. */
export const isTest = (step: PlannedStep): boolean =>
  step.agent.kind === "command" && step.agent.name === "test";

/** A step that looks for weaknesses: the security role, or a command or an agent outside that is called so. */
export const isSecurityAudit = ({ agent }: PlannedStep): boolean => {
  if (agent.kind === "command") return saysSecurity(agent.name ?? "");
  if (agent.kind === "remote") return saysSecurity(agent.capability ?? agent.agent ?? "");
  return "role" in agent && agent.role === "security";
};

const saysSecurity = (name: string): boolean => /(?<![a-z])(?:security|audit)(?![a-z])/i.test(name);

/** The step with this key; refuses with `not_found`. */
export function stepOf(run: Run, key: string): Step {
  const step = run.steps.find((one) => one.key === key);
  if (!step) throw new Refusal("not_found", `There is no step "${key}" in this run.`);
  return step;
}

/** Whether a step of this run waits for the answer to this question. */
export const isWaitingFor = (run: Run, consultationId: string): boolean =>
  !hasEnded(run) &&
  run.steps.some((step) => step.status === "waiting" && step.consultationId === consultationId);
