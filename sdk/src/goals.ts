import type { Data } from "./events.ts";
import { type List, listAt, type Paging } from "./pages.ts";
import { type TailEvent, type TailOptions, tailAt } from "./tail.ts";
import type { CallOptions, Transport } from "./transport.ts";

/** What is asked for: `{ goal: "Add a health check to billing" }` is a whole one. */
export type NewGoal = {
  readonly goal: string;
  readonly requirements?: readonly string[];
  readonly constraints?: {
    /** "24 hours", "2h", or minutes. */
    readonly max_time?: string | number;
    readonly must_pass_tests?: boolean;
    readonly require_security_audit?: boolean;
  };
  readonly project?: string;
  readonly workflow?: string;
  readonly parameters?: Data;
  readonly channel?: string;
  readonly priority?: string | number;
  readonly reviewers?: readonly string[];
  readonly metadata?: Data;
};

/** What was accepted; with `waitForPlan` also what was planned. */
export type AcceptedGoal = {
  readonly goal_id: string;
  readonly run_id: string;
  readonly number: number;
  readonly status: string;
  readonly estimated_completion?: string | null;
  readonly workflow_generated?: boolean;
  readonly estimated_tasks?: number;
  readonly estimated_time?: string | null;
};

export type RunStep = {
  readonly key: string;
  readonly title: string;
  readonly agent: string;
  readonly status: string;
  readonly attempt: number;
} & Data;

/** One execution of a goal's plan. */
export type Run = { readonly id: string; readonly status: string; readonly steps: readonly RunStep[] } & Data;

export type Goal = {
  readonly goal_id: string;
  readonly number: number;
  readonly title: string;
  readonly goal: string;
  readonly status: string;
  readonly run: Run;
  readonly created_at: string;
} & Data;

export type GoalFilter = Paging & { readonly status?: string; readonly project?: string };

/** The longest that the server waits for a plan, in seconds. */
const PLAN_MS = 60_000;

export type Goals = ReturnType<typeof goalsOf>;

/** The goals behind this transport. */
export function goalsOf(transport: Transport) {
  const at = (id: string): string => `/api/v1/goals/${encodeURIComponent(id)}`;
  return {
    /** Starts it. `waitForPlan`: answers once it is planned, or after a minute as far as it has come. */
    create: (goal: NewGoal, options: CallOptions & { readonly waitForPlan?: boolean } = {}) => {
      const { waitForPlan = false, ...rest } = options;
      const waiting = waitForPlan ? { query: { wait: "plan" }, waitMs: PLAN_MS } : {};
      return transport.call<AcceptedGoal>("POST", "/api/v1/goals", { ...rest, ...waiting, body: goal });
    },
    get: (id: string, options: CallOptions = {}) => transport.call<Goal>("GET", at(id), options),
    list: (filter: GoalFilter = {}, options: CallOptions = {}): List<Goal> =>
      listAt(transport, "/api/v1/goals", filter, options),
    /** Once more, with what is to be different. */
    rework: (
      id: string,
      asked: { readonly feedback: string; readonly priority?: string | number },
      options: CallOptions = {},
    ) => transport.call<AcceptedGoal>("POST", `${at(id)}/rework`, { ...options, body: asked }),
    cancel: (id: string, options: CallOptions = {}) =>
      transport.call<Goal>("POST", `${at(id)}/cancel`, { ...options, body: {} }),
  };
}

export type Runs = ReturnType<typeof runsOf>;

/** The runs behind this transport. */
export function runsOf(transport: Transport) {
  const at = (id: string): string => `/api/v1/runs/${encodeURIComponent(id)}`;
  return {
    get: (id: string, options: CallOptions = {}) => transport.call<Run>("GET", at(id), options),
    /** Every event of the run from the beginning, or behind `after`, until the run has ended. */
    events: (id: string, options: TailOptions = {}): AsyncGenerator<TailEvent> =>
      tailAt(transport, `${at(id)}/events`, options),
  };
}
