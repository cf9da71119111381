import type { Agent, Assignment, Outcome, ProjectRef, Report } from "../agent/agent.ts";
import type { Engine } from "../engine.ts";
import { Refusal } from "../errors.ts";
import type { StepJob } from "../jobs.ts";
import type { NewId } from "../ports.ts";
import type { AttemptCommand, Next } from "../run/commands.ts";
import type { HouseKind } from "../run/plan.ts";
import { isDone, type Run, type Step, stepOf } from "../run/run.ts";
import type { Result } from "../settle.ts";

/** What holds an attempt while it is under way: its signal, its voice, and the end of both. */
export type Attempt = {
  readonly signal: AbortSignal;
  readonly report: Report;
  /** Lets go of it. True when it was cut short because this worker stops: then it goes back as if it had not begun. */
  end(): boolean;
};

/** What the work loop needs of the world. */
export type WorkNeeds = {
  readonly engine: Engine;
  readonly newId: NewId;
  /** This process, as its beats name it. */
  readonly worker: string;
  readonly agents: { readonly [Kind in HouseKind]: Agent };
  projectOf(workspaceId: string, projectId: string): Promise<ProjectRef | null>;
  /** Watches over an attempt: its signal fires when the run ends, the lease is lost, or the time is up. */
  watch(assignment: Assignment): Attempt;
  /** Runs `begin` when one more agent of the job's kind may work; resolves to null when it must wait in line. */
  withinLimit<T>(job: StepJob, begin: () => Promise<T>): Promise<T | null>;
  /** Kinds of which any number may work at once. */
  readonly unlimited: readonly HouseKind[];
  /** Takes charge of work that goes on after its job has ended: the lease guards it, not the queue. */
  goOn(work: Promise<void>, kind: HouseKind): void;
};

/**
 * Begins an attempt at a ready step, and lets it go on by itself: from here on its lease guards it, so a command that
 * runs for an hour holds no place in the queue. Ends silently when too many agents of its kind work already (whoever
 * keeps the limit lets the step in later), or when the step is not waiting to be worked on any more: then somebody
 * else has it, or nobody needs it.
 */
export async function workOnStep(needs: WorkNeeds, job: StepJob): Promise<void> {
  const { workspaceId, runId, key, agent } = job;
  const lease = needs.newId();
  const stream = { kind: "run", id: runId, workspaceId } as const;
  const command = { type: "begin attempt", key, lease, worker: needs.worker } as const;
  const begun = await needs.withinLimit(job, () =>
    unlessRefused(needs.engine.submit(stream, command, `agent:${agent}`)),
  );
  if (begun !== null && begun !== "refused")
    needs.goOn(workOn(needs, { run: begun.state, key, lease }), agent);
}

/** From an attempt that has begun to the last one that follows from it without the queue. */
export async function workOn(needs: WorkNeeds, begun: Position): Promise<void> {
  let at: Position | null = begun;
  while (at !== null) at = await workOnce(needs, at);
}

export type Position = { readonly run: Run; readonly key: string; readonly lease: string };

async function workOnce(needs: WorkNeeds, { run, key, lease }: Position): Promise<Position | null> {
  const kind = houseKindOf(stepOf(run, key));
  const outcome = await perform(needs, run, key, lease);
  const next = { lease: needs.newId(), worker: needs.worker, kinds: [kind, ...needs.unlimited] };
  const stream = { kind: "run", id: run.id, workspaceId: run.workspaceId } as const;
  const command = toCommand(needs, outcome, { key, lease, next });
  const result = await unlessRefused(needs.engine.submit(stream, command, `agent:${kind}`));
  return result === "refused" ? null : followedBy(result, next.lease);
}

/** The kind of our own agent that works on this step. */
export function houseKindOf({ key, agent: { kind } }: Step): HouseKind {
  if (kind === "remote") throw new Error(`Step ${key} is for an agent outside: nobody here works on it.`);
  return kind;
}

/** The step whose attempt began under this lease in the same change, if one did. */
export function followedBy({ state, facts }: Result<"run">, lease: string): Position | null {
  const begun = facts.find((fact) => fact.type === "attempt.began" && fact.lease === lease);
  return begun?.type === "attempt.began" ? { run: state, key: begun.key, lease } : null;
}

type Performed = Outcome | { readonly kind: "given back" };

/** An agent that throws has a bug; the step must not hang because of it. */
async function perform(needs: WorkNeeds, run: Run, key: string, lease: string): Promise<Performed> {
  const assignment = await toAssignment(needs, run, key, lease);
  const attempt = needs.watch(assignment);
  const agent = needs.agents[houseKindOf(stepOf(run, key))];
  const outcome = await agent(assignment, attempt.report, attempt.signal).catch(broken);
  return attempt.end() && outcome.kind === "failed" ? { kind: "given back" } : outcome;
}

function broken(error: unknown): Outcome {
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: "failed", reason: `The agent broke: ${reason}`, again: true };
}

/** All that whoever works on this step may know, here or outside. */
export async function toAssignment(
  needs: Pick<WorkNeeds, "projectOf">,
  run: Run,
  key: string,
  lease: string,
): Promise<Assignment> {
  const { brief, workspaceId, id: runId } = run;
  if (!brief) throw new Error(`Run ${runId} is worked on without a brief.`);
  const step = stepOf(run, key);
  const { goalId, goalNumber, text, requirements, requestedBy, projectId, branch, parameters } = brief;
  const feedback = brief.feedback === null ? [] : [{ by: requestedBy, text: brief.feedback }];
  return {
    ...{ workspaceId, runId, branch, parameters, step, lease },
    goal: { id: goalId, number: goalNumber, text, requirements, requestedBy },
    project: projectId === null ? null : await needs.projectOf(workspaceId, projectId),
    attempt: step.attempt,
    inputs: run.steps.flatMap((one) =>
      isDone(one) && one.output ? [{ key: one.key, title: one.title, output: one.output }] : [],
    ),
    skipped: run.steps.flatMap((one) => (one.status === "skipped" ? [one.title] : [])),
    guidance: [...feedback, ...run.guidance],
    answer: step.answer,
    checkpoint: step.checkpoint,
  };
}

function toCommand(
  { newId }: WorkNeeds,
  outcome: Performed,
  { key, lease, next }: { readonly key: string; readonly lease: string; readonly next: Next },
): AttemptCommand {
  switch (outcome.kind) {
    case "finished":
      return { type: "finish step", key, lease, output: outcome.output, next };
    case "asks": {
      const { question, checkpoint } = outcome;
      return { type: "ask", key, lease, consultationId: newId(), question, checkpoint };
    }
    case "failed": {
      const { kind: _, ...failure } = outcome;
      return { type: "fail step", key, lease, ...failure };
    }
    case "given back":
      return { type: "lose attempt", key, lease, reason: "Its worker was stopped.", counts: false };
  }
}

/** A refusal inside a job means that it was settled elsewhere: not an error, and nothing to try again. */
export async function unlessRefused<T>(work: Promise<T>): Promise<T | "refused"> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refusal) return "refused";
    throw error;
  }
}
