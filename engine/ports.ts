import type { QueuedJob } from "./jobs.ts";
import type { Command, Fact, State, StreamKind } from "./machines.ts";
import type { Instant } from "./run/run.ts";

/** What the rules lack: the time of day, and names for new things. */
export type Clock = { now(): Instant };
export type NewId = () => string;

/** Who did it: `person:U02BOB`, `agent:command`, `clock`. */
export type Actor = `person:${string}` | `agent:${string}` | "clock" | "engine";

/** One log of facts, numbered 1, 2, 3… */
export type StreamRef<K extends StreamKind = StreamKind> = {
  readonly kind: K;
  readonly id: string;
  readonly workspaceId: string;
};

/**
 * A command on its way. `once`: the id may come twice, and may be in the log already. It comes from outside (Slack's
 * `trigger_id`), and is used on one stream only; or it is tried again after a commit of which nobody knows.
 */
export type Submission<K extends StreamKind = StreamKind> = {
  readonly id: string;
  readonly once: boolean;
  readonly stream: StreamRef<K>;
  readonly command: Command[K];
  readonly actor: Actor;
  readonly at: Instant;
};

/** Facts of one submission, as they stand in the log. */
export type Entry<K extends StreamKind = StreamKind> = {
  readonly submissionId: string;
  readonly actor: Actor;
  readonly at: Instant;
  readonly facts: readonly Fact[K][];
};

/** All that one transaction does to one stream. */
export type Change = { readonly [K in StreamKind]: ChangeOf<K> }[StreamKind];
export type ChangeOf<K extends StreamKind> = {
  readonly kind: K;
  readonly before: State[K];
  readonly after: State[K];
  readonly entries: readonly Entry<K>[];
  readonly jobs: readonly QueuedJob[];
  readonly dueAt: Instant | null;
};

export type Loaded = {
  /** By stream id; a stream that does not exist yet is missing. */
  readonly states: ReadonlyMap<string, State[StreamKind]>;
  /** Submissions marked `once` that are in the log already. */
  readonly known: ReadonlySet<string>;
};

/** What the engine asks of a database. */
export type Store = {
  /**
   * One transaction: hands the states of these submissions' streams to `settle`, and saves rows, facts and jobs of the
   * changes it returns, all or nothing, and only if nobody else has changed these streams meanwhile. `settle` may be
   * called twice: the last call counts.
   */
  change(submissions: readonly Submission[], settle: (loaded: Loaded) => readonly Change[]): Promise<void>;
  /** Which of these submissions are in the log: asked after a commit whose outcome is unknown. */
  committed(submissions: readonly Submission[]): Promise<ReadonlySet<string>>;
};
