import { Refusal } from "./errors.ts";
import { type Fact, MACHINES, type Machine, type State, type StreamKind } from "./machines.ts";
import type { Change, Entry, Loaded, Submission } from "./ports.ts";

/** What came of a submission. `repeated`: it was in the log already, and nothing happened now. */
export type Result<K extends StreamKind = StreamKind> = {
  readonly state: State[K];
  readonly facts: readonly Fact[K][];
  readonly repeated: boolean;
};

export type Settled = {
  readonly changes: readonly Change[];
  /** One for each submission, in order: what came of it, or why the rules (or a bug) said no. */
  readonly outcomes: readonly (Result | Error)[];
};

/** Applies the submissions to their streams in arrival order. Pure: the same submissions on the same states settle the same. */
export function settle(submissions: readonly Submission[], loaded: Loaded): Settled {
  const streams = new Map<string, Stream>();
  const outcomes = submissions.map((submission) => {
    const { id } = submission.stream;
    const known = streams.get(id);
    const stream = known && exists(known) ? known : startOf(submission, loaded);
    streams.set(id, stream);
    return settleOne(stream, submission, loaded.known);
  });
  return {
    changes: [...streams.values()].filter(({ entries }) => entries.length > 0).map(toChange),
    outcomes,
  };
}

type Stream = {
  readonly kind: StreamKind;
  readonly before: State[StreamKind];
  after: State[StreamKind];
  readonly entries: Entry[];
};

/** A submission's kind says which machine its command, its state and its facts belong to; TypeScript can't follow that. */
const machineOf = (kind: StreamKind) => MACHINES[kind] as unknown as Machine<StreamKind>;

function startOf({ stream: { kind, id, workspaceId } }: Submission, { states }: Loaded): Stream {
  const saved = states.get(id);
  const before = saved ?? machineOf(kind).none(id, workspaceId);
  return { kind: saved ? kindOf(saved) : kind, before, after: before, entries: [] };
}

/** Ids come from outside: what a command takes for a run may be a consultation. */
const kindOf = (state: State[StreamKind]): StreamKind => ("steps" in state ? "run" : "consultation");

/** A stream that nobody has begun belongs to nobody yet: a stranger's refused command must not claim it. */
const exists = ({ after }: Stream): boolean => after.seq > 0;

/** An id of something else, or of somebody else's, is as good as none. */
const belongs = ({ kind, after }: Stream, { stream }: Submission): boolean =>
  after.workspaceId === stream.workspaceId && kind === stream.kind;

function settleOne(stream: Stream, submission: Submission, known: ReadonlySet<string>): Result | Error {
  const { id, command, actor, at } = submission;
  if (!belongs(stream, submission))
    return new Refusal("not_found", "There is no such thing in this workspace.");
  const isRepeated =
    known.has(id) || (submission.once && stream.entries.some((entry) => entry.submissionId === id));
  if (isRepeated) return { state: stream.after, facts: [], repeated: true };
  const machine = machineOf(stream.kind);
  try {
    const facts = machine.decide(stream.after, command, at);
    stream.after = facts.reduce((state, fact) => machine.apply(state, fact, at), stream.after);
    if (facts.length > 0) stream.entries.push({ submissionId: id, actor, at, facts });
    return { state: stream.after, facts, repeated: false };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error)); // a refusal, or a bug: either way this one's alone
  }
}

function toChange({ kind, before, after, entries }: Stream): Change {
  const machine = machineOf(kind);
  const facts = entries.flatMap((entry) => entry.facts);
  const change = {
    kind,
    before,
    after,
    entries,
    jobs: machine.jobsAfter(after, facts),
    dueAt: machine.dueAt(after),
  };
  return change as Change;
}
