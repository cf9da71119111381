import fc from "fast-check";
import type { RunCommand } from "#engine/run/commands.ts";
import type { Plan, PlannedStep } from "#engine/run/plan.ts";
import { isApproval, type Run, type Step, type StepStatus } from "#engine/run/run.ts";
import { answer, brief, command, model, output, person, question, remote, testing } from "./sample-run.ts";

const MAKERS = {
  command: (key: string, after: readonly string[]) => command(key, after),
  test: (key: string, after: readonly string[]) => testing(key, after),
  model: (key: string, after: readonly string[]) => model(key, after),
  approval: (key: string, after: readonly string[]) => person(key, "approval", after),
  work: (key: string, after: readonly string[]) => person(key, "work", after),
  remote: (key: string, after: readonly string[]) => remote(key, after),
} as const satisfies Record<string, (key: string, after: readonly string[]) => PlannedStep>;

const MAKER_NAMES = ["model", "approval", "command", "model", "approval", "test", "work", "remote"] as const;

/** A plan of up to 30 steps of all kinds; each waits for some of those before it, and they stand in any order. */
export const anyPlan: fc.Arbitrary<Plan> = fc
  .array(fc.record({ kind: fc.constantFrom(...MAKER_NAMES), after: fc.array(fc.nat(), { maxLength: 4 }) }), {
    minLength: 1,
    maxLength: 30,
    size: "max",
  })
  .map((drawn) =>
    drawn.map(({ kind, after }, i) =>
      MAKERS[kind](`s${i}`, i === 0 ? [] : [...new Set(after.map((n) => `s${n % i}`))]),
    ),
  )
  .chain((plan) => fc.shuffledSubarray(plan, { minLength: plan.length }));

/** One throw of the dice: what is tried, on which step, in which way, and how much later. */
export type Throw = {
  readonly what: number;
  readonly which: number;
  readonly how: number;
  readonly afterMs: number;
};

export const anyThrow: fc.Arbitrary<Throw> = fc.record({
  what: fc.nat(999),
  which: fc.nat(999),
  how: fc.nat(999),
  afterMs: fc.oneof(fc.nat(10), fc.nat(10_000)),
});

/**
 * A command that fits a step which is not over, nine times out of ten: so runs get far. The tenth is any command on any
 * step, with an old lease or another question half of the time. `id` is new for each call.
 */
export function toCommand(run: Run, thrown: Throw, id: string): RunCommand {
  const open = run.steps.filter(({ status }) => status !== "pending" && !OVER.includes(status));
  const isWild = thrown.how % 10 === 0 || open.length === 0;
  const step = isWild ? run.steps[thrown.which % run.steps.length] : open[thrown.which % open.length];
  const ofThis = step ? STATUSES.flatMap((status) => ofStep(step, status, thrown, id)) : [];
  const fitting =
    step && !isWild ? ofStep(step, step.status, thrown, id) : [...ofRun(run, thrown), ...ofThis];
  return fitting[thrown.what % fitting.length] ?? { type: "keep time" };
}

const OVER: readonly StepStatus[] = ["succeeded", "failed", "skipped", "cancelled"];
const STATUSES = ["ready", "working", "waiting", "retrying", "blocked"] as const;

const ofRun = (run: Run, { how }: Throw): readonly RunCommand[] => [
  { type: "keep time" },
  { type: "guide", by: "U02BOB", text: "Mind the tax." },
  { type: "start", by: "U01ALICE" },
  { type: "start", by: "U02BOB" },
  { type: "report plan trouble", reason: "no" },
  { type: "plan again" },
  { type: "propose plan", plan: run.steps },
  { type: "request", brief: brief(), plan: run.steps },
  ...(how > 950 ? [{ type: "cancel", reason: "no" } as const] : []),
];

/** What may be asked of a step in this state; what is likelier stands there more often. */
function ofStep(step: Step, status: StepStatus, { how }: Throw, id: string): readonly RunCommand[] {
  const key = step.key;
  const isOld = how % 20 === 0;
  const lease = isOld ? "stale" : (step.lease ?? "none");
  const consultationId = isOld ? "other" : (step.consultationId ?? "none");
  const next =
    how % 2 === 0
      ? { next: { lease: `${id}-next`, worker: "w1", kinds: ["command", "model"] } as const }
      : {};
  const take = (decision: string): RunCommand => ({
    type: "take answer",
    key,
    consultationId,
    answer: answer(decision, "Mind the tax."),
    ...next,
  });
  const finish: RunCommand = { type: "finish step", key, lease, output, ...next };
  const ask: RunCommand = { type: "ask", key, lease, consultationId: id, question, checkpoint: { id } };
  switch (status) {
    case "ready":
      return begins(step, id, isOld);
    case "working":
      return [
        ...(isApproval(step) && step.answer === null
          ? [ask, ask, ask, finish]
          : [finish, finish, finish, finish, ask]),
        { type: "fail step", key, lease, reason: "no", again: how % 4 > 0 },
        { type: "lose attempt", key, lease, reason: "gone", counts: how % 3 > 0 },
        { type: "report progress", key, lease, note: "…" },
      ];
    case "waiting":
      return [
        ...["approve", "approve", "approve", "request_changes", "request_changes"].map(take),
        take(how % 8 === 1 ? "reject" : "done"),
        { type: "question expired", key, consultationId },
      ];
    case "blocked":
      return [
        { type: "retry step", key, by: "U01ALICE" },
        { type: "skip step", key, by: "U01ALICE" },
        { type: "take step", key, by: "U01ALICE" },
      ];
    case "retrying":
    case "pending":
    case "succeeded":
    case "failed":
    case "skipped":
    case "cancelled":
      return [{ type: "keep time" }];
  }
}

/** An agent outside claims the attempt that it was offered, or an older one; one of our own has no business there. */
function begins({ key, attempt, agent }: Step, lease: string, isOld: boolean): readonly RunCommand[] {
  const claim = { by: "scanner", attempt: attempt + (isOld ? 0 : 1) };
  const begin = { type: "begin attempt", key, lease, worker: "w1" } as const;
  return agent.kind === "remote" ? [{ ...begin, claim }, { ...begin, claim }, begin] : [begin];
}
