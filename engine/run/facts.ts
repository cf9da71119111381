import type { StepOutput } from "../agent/agent.ts";
import type { Answer, Question } from "../consultation/question.ts";
import type { Plan } from "./plan.ts";
import type { Brief, Guidance, Instant } from "./run.ts";

/**
 * Every fact that can happen to a run, in the past tense. Never renamed, never removed: old logs stay readable.
 * When it happened and who did it stand beside it in the log.
 */
export type RunFact =
  | { readonly type: "run.requested"; readonly brief: Brief }
  | { readonly type: "plan.proposed"; readonly plan: Plan }
  | { readonly type: "plan.troubled"; readonly reason: string }
  | { readonly type: "plan.retried" }
  | { readonly type: "run.started" }
  | { readonly type: "run.guided"; readonly guidance: Guidance }
  | { readonly type: "run.succeeded" }
  | { readonly type: "run.failed"; readonly reason: string }
  | { readonly type: "run.cancelled"; readonly reason: string }
  | StepFact;

export type StepFact =
  | { readonly type: "step.ready"; readonly key: string }
  | {
      readonly type: "attempt.began";
      readonly key: string;
      readonly attempt: number;
      readonly lease: string;
      readonly worker: string;
      /** The name of the agent outside that works on it, where one does. */
      readonly by?: string;
    }
  | {
      readonly type: "attempt.lost";
      readonly key: string;
      readonly reason: string;
      /** False where a worker was stopped in good order: that costs the step no try. */
      readonly counts: boolean;
    }
  | { readonly type: "step.progressed"; readonly key: string; readonly note: string }
  | {
      readonly type: "step.asked";
      readonly key: string;
      readonly consultationId: string;
      readonly question: Question;
      readonly checkpoint: unknown;
    }
  | { readonly type: "step.answered"; readonly key: string; readonly answer: Answer }
  | {
      readonly type: "step.failed";
      readonly key: string;
      readonly reason: string;
      readonly log: string | null;
      /** When it is tried again; null when it is not. */
      readonly notBefore: Instant | null;
    }
  | { readonly type: "step.blocked"; readonly key: string; readonly reason: string }
  | { readonly type: "step.retried"; readonly key: string }
  | { readonly type: "step.skipped"; readonly key: string }
  | { readonly type: "step.taken"; readonly key: string; readonly by: string }
  | {
      readonly type: "steps.reopened";
      readonly keys: readonly string[];
      readonly guidance: Guidance;
      /** Questions that other reopened steps had asked: about work that is now done again. */
      readonly withdrawn: readonly string[];
    }
  | { readonly type: "step.succeeded"; readonly key: string; readonly output: StepOutput };
