import type { Goal } from "#db/goals.ts";
import type { Brief, Instant, Run } from "#engine/run/run.ts";
import type { Asking } from "../requests/asking.ts";
import type { Page } from "../requests/request.ts";
import type { GoalStatus } from "./goal-status.ts";

/** What an outside agent wants done (S3-07), read. What is left out has the same defaults as in Slack. */
export type NewGoal = {
  readonly goal: string;
  readonly requirements?: readonly string[] | undefined;
  /** The limit of working time; waiting for people does not count. */
  readonly maxTimeMs?: number | undefined;
  readonly testsMustPass?: boolean | undefined;
  /** The plan must hold a security step. */
  readonly securityAudit?: boolean | undefined;
  /** A project's name. */
  readonly project?: string | undefined;
  /** A saved workflow's name: then nobody plans. */
  readonly workflow?: string | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** A Slack channel by id or name; the project's, else SLACK_DEFAULT_CHANNEL, where none is named. */
  readonly channel?: string | undefined;
  readonly priority?: Brief["priority"] | undefined;
  /** Slack ids. */
  readonly reviewers?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
};

/** When a goal will be done, and what that is known from. */
export type Estimate = {
  /** As things stand: from now on. A moment that lies in the past for a goal that has ended: when it ended. */
  readonly completesAt: Instant;
  /** The working time of all that is left; people's waiting does not count. */
  readonly workMs: number;
  /** How many steps the plan has; null before there is one. */
  readonly tasks: number | null;
  /** `max_time`: there is no plan yet, so this is only the limit. `plan`: the plan's steps, by how long their like took. */
  readonly from: "max_time" | "plan";
};

export type GoalWithEstimate = { readonly goal: Goal; readonly estimate: Estimate };

/** How long to wait for something, and what ends the wait early. */
export type Wait = { readonly waitMs: number; readonly signal: AbortSignal };

export type GoalFilter = {
  readonly statuses?: readonly GoalStatus[] | undefined;
  /** A project's name. */
  readonly project?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
};

/**
 * Goals and runs for programs outside: the API, MCP. Every call throws `Refusal` with what is wrong; what is another
 * workspace's, or another project's than the key's, is `not_found`. Goals go by their id or by their number ("g14").
 */
export type OutsideGoals = {
  /** With `wait`: resolves once there is a plan (or the planner is stuck), or when the time is over. */
  submitGoal(by: Asking, asked: NewGoal, wait?: Wait): Promise<GoalWithEstimate>;
  getGoal(by: Asking, id: string): Promise<GoalWithEstimate>;
  /** Newest first. */
  listGoals(by: Asking, filter: GoalFilter): Promise<Page<Goal>>;
  /** A new run of a goal that has ended, with what should be different (S3-43). */
  reworkGoal(
    by: Asking,
    id: string,
    asked: { readonly feedback: string; readonly priority?: Brief["priority"] | undefined },
  ): Promise<GoalWithEstimate>;
  cancelGoal(by: Asking, id: string, reason: string): Promise<GoalWithEstimate>;
  /** At once; with `wait`: once the run has ended, or when the time is over. */
  getRun(by: Asking, id: string, wait?: Wait): Promise<Run>;
};
