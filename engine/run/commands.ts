import type { StepOutput } from "../agent/agent.ts";
import type { Answer, Question } from "../consultation/question.ts";
import type { HouseKind, Plan } from "./plan.ts";
import type { Brief } from "./run.ts";

/** An attempt that may begin in the same change that ends the last one, so that no queue lies between two steps. */
export type Next = {
  readonly lease: string;
  readonly worker: string;
  /** Kinds of agents that may work here without waiting for a place. */
  readonly kinds: readonly HouseKind[];
};

/** Everything that can be asked of a run. Ids, leases and words come in with the command; the rules make none. */
export type RunCommand =
  | { readonly type: "request"; readonly brief: Brief; readonly plan: Plan | null }
  | { readonly type: "propose plan"; readonly plan: Plan }
  | { readonly type: "report plan trouble"; readonly reason: string }
  | { readonly type: "plan again" }
  | { readonly type: "start"; readonly by: string }
  | { readonly type: "guide"; readonly by: string; readonly text: string }
  | { readonly type: "cancel"; readonly reason: string }
  | { readonly type: "keep time" }
  | AttemptCommand
  | StepCommand;

/** From whoever holds the step's lease. A stale lease is refused (`stale_attempt`). */
export type AttemptCommand =
  | {
      readonly type: "begin attempt";
      readonly key: string;
      readonly lease: string;
      readonly worker: string;
      /** The name of the agent outside that claims the step, and which attempt it was offered. */
      readonly claim?: { readonly by: string; readonly attempt: number };
    }
  | { readonly type: "report progress"; readonly key: string; readonly lease: string; readonly note: string }
  | {
      readonly type: "finish step";
      readonly key: string;
      readonly lease: string;
      readonly output: StepOutput;
      readonly next?: Next;
    }
  | {
      readonly type: "ask";
      readonly key: string;
      readonly lease: string;
      readonly consultationId: string;
      readonly question: Question;
      readonly checkpoint: unknown;
    }
  | {
      readonly type: "fail step";
      readonly key: string;
      readonly lease: string;
      readonly reason: string;
      readonly again: boolean;
      readonly log?: string;
      /** How long the far side asked us to stay away. */
      readonly retryAfterMs?: number;
    }
  | {
      readonly type: "lose attempt";
      readonly key: string;
      readonly lease: string;
      readonly reason: string;
      readonly counts: boolean;
    };

/** From a person, or from the consultation that a step waits for. */
export type StepCommand =
  | {
      readonly type: "take answer";
      readonly key: string;
      readonly consultationId: string;
      readonly answer: Answer;
      readonly next?: Next;
    }
  | { readonly type: "question expired"; readonly key: string; readonly consultationId: string }
  | { readonly type: "retry step"; readonly key: string; readonly by: string }
  | { readonly type: "skip step"; readonly key: string; readonly by: string }
  | { readonly type: "take step"; readonly key: string; readonly by: string };
