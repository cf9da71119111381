import { z } from "zod";
import type { Answer, Question } from "../consultation/question.ts";
import type { PlannedStep } from "../run/plan.ts";

/** What a step leaves behind for people and for the steps after it (S3-36). Text is data, never instruction. */
export const StepOutput = z.strictObject({
  /** One line: "214 tests passed". */
  summary: z.string().max(500),
  /** The whole result, where there is one. */
  text: z.string().max(100_000).optional(),
  /** The last part of what a command printed. */
  log: z.string().max(20_000).optional(),
  testsPassed: z.number().int().optional(),
  testsFailed: z.number().int().optional(),
  filesChanged: z.number().int().optional(),
  linesAdded: z.number().int().optional(),
  linesRemoved: z.number().int().optional(),
  /** Named values for later steps (a command writes `name=value` lines to the file `$COUNTERSIGN_OUTPUT`). */
  values: z.record(z.string(), z.string().max(4_000)).optional(),
  /** The commit that the run's branch stood at when the step ended. */
  commit: z.string().optional(),
  /** A model wrote this and nobody applied it: cards say "Written, not applied". */
  notApplied: z.boolean().optional(),
  /** The model that wrote it, as `provider:model`. */
  model: z.string().optional(),
});
export type StepOutput = z.infer<typeof StepOutput>;

/** A git repository and what may be run in it. */
export type ProjectRef = {
  readonly id: string;
  readonly name: string;
  /** A path on this machine or a URL that git understands. */
  readonly repository: string;
  readonly branch: string | null;
  readonly testCommand: string | null;
  /** Listed commands by name: the only ones that a planner may name. */
  readonly commands: Readonly<Record<string, string>>;
};

/** An agent outside that takes work, in its own words: what it says of itself is data, never instruction. */
export type OutsideAgent = {
  readonly name: string;
  readonly description: string;
  readonly capabilities: readonly string[];
};

/** What an agent is given: everything it may know, and nothing it could use to change our state. */
export type Assignment = {
  readonly workspaceId: string;
  readonly runId: string;
  readonly goal: {
    readonly id: string;
    readonly number: number;
    readonly text: string;
    readonly requirements: readonly string[];
    /** Slack id of the person who asked. */
    readonly requestedBy: string;
  };
  readonly project: ProjectRef | null;
  /** The git branch of this run, for example `countersign/g14-release-7f3a`. */
  readonly branch: string;
  readonly step: PlannedStep;
  /** Counts from 1; a retry, or an answer, begins the next one. */
  readonly attempt: number;
  /** Unguessable and new for each attempt. */
  readonly lease: string;
  /** What the steps before this one left behind, in plan order. */
  readonly inputs: readonly { readonly key: string; readonly title: string; readonly output: StepOutput }[];
  /** Titles of the steps that somebody skipped, in plan order: whoever agrees to what follows must know. */
  readonly skipped: readonly string[];
  /** The workflow's parameters. They reach a command as environment variables, never inside a shell line. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What people told the run or this step since it began, oldest first. */
  readonly guidance: readonly { readonly by: string; readonly text: string }[];
  /** The answer to what this step asked last, if it asked. */
  readonly answer: Answer | null;
  /** What the last attempt left behind for this one when it asked. */
  readonly checkpoint: unknown;
};

/** A process group that an attempt started; kept so that a leftover one can be ended before the next attempt. */
export type ProcessGroup = { readonly groupId: number; readonly startTime: string };

/** How an agent speaks while it works. */
export type Report = {
  /** A line for the thread's task details. Cheap: only the newest is kept, and shown every few seconds. */
  note(text: string): void;
  /** Stores the group before its command really starts. Rejects when the attempt is no longer ours: then end the group. */
  processStarted(group: ProcessGroup): Promise<void>;
};

/** The only ways an attempt ends. An agent proposes, the rules decide. */
export type Outcome =
  | { readonly kind: "finished"; readonly output: StepOutput }
  | { readonly kind: "asks"; readonly question: Question; readonly checkpoint: unknown }
  /** `again`: whether trying again may help; a rejected approval or a bad configuration does not get better. */
  | {
      readonly kind: "failed";
      readonly reason: string;
      readonly again: boolean;
      readonly log?: string;
      /** How long the far side asked us to stay away, where it said so. */
      readonly retryAfterMs?: number;
    };

/** Never throws for trouble on the far side: trouble is an outcome like any other. Obeys `signal` within a second. */
export type Agent = (assignment: Assignment, report: Report, signal: AbortSignal) => Promise<Outcome>;
