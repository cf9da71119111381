import type { Data } from "./events.ts";
import { outlast } from "./outlast.ts";
import { type List, listAt, type Paging } from "./pages.ts";
import { type TailEvent, type TailOptions, tailAt } from "./tail.ts";
import type { CallOptions, Transport } from "./transport.ts";

/** What is asked for: `{ goal: "Add a health check to billing" }` is a whole one. */
export type NewGoal = {
  /** May be left out where a workflow is named. */
  readonly goal?: string | undefined;
  readonly requirements?: readonly string[] | undefined;
  readonly constraints?: {
    /** "24 hours", "2h", or minutes: working time, without people's waiting. */
    readonly max_time?: string | number | undefined;
    readonly must_pass_tests?: boolean | undefined;
    readonly require_security_audit?: boolean | undefined;
  };
  readonly project?: string | undefined;
  /** A saved workflow's name: then nobody plans. */
  readonly workflow?: string | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly channel?: string | undefined;
  readonly priority?: Priority | undefined;
  /** Slack ids of those who may answer what the goal asks. */
  readonly reviewers?: readonly string[] | undefined;
  readonly metadata?: Data | undefined;
};

export type Priority = "high" | "normal" | "low";
export type GoalStatus =
  | "planning"
  | "proposed"
  | "running"
  | "awaiting_human"
  | "completed"
  | "failed"
  | "cancelled";

type Estimate = {
  readonly estimated_completion: string;
  readonly estimated_tasks: number | null;
  readonly estimated_time: string;
  readonly estimated_seconds: number;
  readonly estimated_from: "max_time" | "plan";
};

/** What was accepted; "workflow_generated" where the plan was waited for and is there. */
export type AcceptedGoal = Estimate & {
  readonly goal_id: string;
  readonly run_id: string;
  readonly number: number;
  readonly status: "accepted" | "workflow_generated";
  readonly workflow_generated: boolean;
  readonly plan_trouble: string | null;
  readonly channel: string;
};

/** A step in short. */
export type Step = {
  readonly key: string;
  readonly title: string;
  readonly agent: string;
  readonly role: string | null;
  readonly status: string;
  readonly attempt: number;
  readonly after: readonly string[];
  readonly risk: "low" | "medium" | "high";
  readonly summary: string | null;
  readonly reason: string | null;
  readonly note: string | null;
  readonly question_id: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
};

/** One execution of a goal's plan. */
export type Run = {
  readonly id: string;
  readonly goal_id: string;
  readonly number: number;
  readonly title: string;
  readonly status: GoalStatus;
  readonly ending: string | null;
  readonly reason: string | null;
  readonly plan_trouble: string | null;
  readonly rehearsed: boolean;
  /** How many events it has told so far. */
  readonly facts: number;
  readonly steps: readonly (Step & { readonly output: Data | null; readonly answer: Data | null })[];
  readonly requested_at: string | null;
  readonly ended_at: string | null;
};

/** A goal as lists show it. */
export type GoalInList = {
  readonly goal_id: string;
  readonly run_id: string;
  readonly number: number;
  readonly title: string;
  readonly goal: string;
  readonly status: GoalStatus;
  readonly requirements: readonly string[];
  readonly constraints: Data;
  readonly project: string | null;
  readonly workflow: string | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly priority: Priority;
  readonly requested_by: string;
  readonly agent: string | null;
  readonly metadata: Data;
  readonly created_at: string | null;
  readonly ended_at: string | null;
};

/** One goal, with its latest run. */
export type Goal = GoalInList &
  Estimate & {
    readonly workflow_generated: boolean;
    readonly run: Pick<Run, "id" | "status" | "reason" | "plan_trouble"> & {
      readonly steps: readonly Step[];
    };
  };

export type GoalFilter = Paging & {
  readonly status?: string | undefined;
  readonly project?: string | undefined;
};

/** The longest that the server waits for a plan, in seconds. */
const PLAN_MS = 60_000;

export type Goals = ReturnType<typeof goalsOf>;

/** The goals behind this transport. */
export function goalsOf(transport: Transport) {
  const at = (id: string): string => `/api/v1/goals/${encodeURIComponent(id)}`;
  return {
    /** Starts it. `waitForPlan`: answers once it is planned, or after a minute as far as it has come. */
    create: (goal: NewGoal, options: CallOptions & { readonly waitForPlan?: boolean | undefined } = {}) => {
      const { waitForPlan = false, ...rest } = options;
      const waiting = waitForPlan ? { query: { wait: "plan" }, waitMs: PLAN_MS } : {};
      return transport.call<AcceptedGoal>("POST", "/api/v1/goals", { ...rest, ...waiting, body: goal });
    },
    get: (id: string, options: CallOptions = {}) => transport.call<Goal>("GET", at(id), options),
    list: (filter: GoalFilter = {}, options: CallOptions = {}): List<GoalInList> =>
      listAt(transport, "/api/v1/goals", filter, options),
    /** Once more, with what is to be different. */
    rework: (
      id: string,
      asked: { readonly feedback: string; readonly priority?: Priority },
      options: CallOptions = {},
    ) => transport.call<AcceptedGoal>("POST", `${at(id)}/rework`, { ...options, body: asked }),
    cancel: (id: string, reason?: string, options: CallOptions = {}) =>
      transport.call<Goal>("POST", `${at(id)}/cancel`, {
        ...options,
        body: reason === undefined ? {} : { reason },
      }),
  };
}

export type Runs = ReturnType<typeof runsOf>;

/** The most that the server waits in one call. */
const LONGEST_WAIT_S = 60;

/** The runs behind this transport. */
export function runsOf(transport: Transport) {
  const at = (id: string): string => `/api/v1/runs/${encodeURIComponent(id)}`;
  const get = (id: string, options: CallOptions & { readonly waitSeconds?: number | undefined } = {}) => {
    const { waitSeconds: wait, ...rest } = options;
    const waiting = wait === undefined ? {} : { query: { wait }, waitMs: wait * 1_000 };
    return transport.call<Run>("GET", at(id), { ...rest, ...waiting });
  };
  return {
    get,
    /** The run once it has ended, however long that takes, and though Countersign be away for some minutes in between. */
    async wait(id: string, options: CallOptions = {}): Promise<Run> {
      for (;;) {
        const look = () => get(id, { ...options, waitSeconds: LONGEST_WAIT_S });
        const run = await outlast(look, { signal: options.signal });
        if (run.ended_at !== null) return run;
      }
    },
    /** Every event of the run from the beginning, or behind `after`, until the run has ended. */
    events: (id: string, options: TailOptions = {}): AsyncGenerator<TailEvent> =>
      tailAt(transport, at(id), options),
  };
}
