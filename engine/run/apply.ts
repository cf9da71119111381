import type { RunFact, StepFact } from "./facts.ts";
import { freshStep, type Instant, isActive, type Run, type Step } from "./run.ts";

/** What a fact does to a run. It never refuses: whatever is in the log has already happened. */
export function apply(run: Run, fact: RunFact, at: Instant): Run {
  const after =
    "key" in fact ? withStep(run, fact.key, (step) => changeStep(step, fact, at)) : changeRun(run, fact, at);
  return keepClock({ ...after, seq: run.seq + 1 }, at);
}

type OneStepFact = Exclude<StepFact, { readonly type: "steps.reopened" }>;

function changeRun(run: Run, fact: Exclude<RunFact, OneStepFact>, at: Instant): Run {
  switch (fact.type) {
    case "run.requested":
      return { ...run, brief: fact.brief, requestedAt: at };
    case "plan.proposed":
      return { ...run, status: "proposed", steps: fact.plan.map(freshStep), planTrouble: null };
    case "plan.troubled":
      return { ...run, planTrouble: fact.reason };
    case "plan.retried":
      return { ...run, planTrouble: null };
    case "run.started":
      return { ...run, status: "running" };
    case "run.guided":
      return { ...run, guidance: [...run.guidance, fact.guidance] };
    case "run.succeeded":
      return { ...run, status: "succeeded", endedAt: at };
    case "run.failed":
      return { ...run, status: "failed", reason: fact.reason, endedAt: at, steps: stopped(run) };
    case "run.cancelled":
      return { ...run, status: "cancelled", reason: fact.reason, endedAt: at, steps: stopped(run) };
    case "steps.reopened": {
      const keys = new Set(fact.keys);
      return {
        ...run,
        rounds: run.rounds + 1,
        guidance: [...run.guidance, fact.guidance],
        steps: run.steps.map((step) => (keys.has(step.key) ? reopened(step) : step)),
      };
    }
  }
}

function changeStep(step: Step, fact: OneStepFact, at: Instant): Partial<Step> {
  switch (fact.type) {
    case "step.ready":
      return { status: "ready", notBefore: null };
    case "attempt.began":
      return {
        status: "working",
        attempt: fact.attempt,
        lease: fact.lease,
        worker: fact.worker,
        ...(fact.by === undefined ? {} : { outsideAgent: fact.by }),
        note: null,
        startedAt: step.startedAt ?? at,
        endedAt: null,
      };
    case "attempt.lost":
      return {
        ...released,
        status: "retrying",
        tries: step.tries + (fact.counts ? 1 : 0),
        reason: fact.reason,
        notBefore: at,
      };
    case "step.progressed":
      return { note: fact.note };
    case "step.asked":
      return {
        ...released,
        status: "waiting",
        consultationId: fact.consultationId,
        question: fact.question,
        checkpoint: fact.checkpoint,
        answer: null,
      };
    case "step.answered":
      return { answer: fact.answer, tries: 0 };
    case "step.failed":
      return {
        ...released,
        status: fact.notBefore === null ? "failed" : "retrying",
        tries: step.tries + 1,
        reason: fact.reason,
        log: fact.log,
        notBefore: fact.notBefore,
        endedAt: fact.notBefore === null ? at : null,
      };
    case "step.blocked":
      return { ...released, status: "blocked", reason: fact.reason, endedAt: at };
    case "step.retried":
      return {
        status: "pending",
        tries: 0,
        consultationId: null,
        question: null,
        answer: null,
        endedAt: null,
      };
    case "step.skipped":
      return { status: "skipped", endedAt: at };
    case "step.taken":
      return { ...takenOver(step, fact.by), status: "pending", tries: 0, endedAt: null };
    case "step.succeeded":
      return { ...released, status: "succeeded", output: fact.output, reason: null, log: null, endedAt: at };
  }
}

const released = { lease: null, worker: null, notBefore: null, note: null } as const;

/** As long as a person's step may explain itself (`AgentSpec`): what a command printed can be longer. */
const LONGEST_WHY = 2_000;

const takenOver = (step: Step, by: string): Partial<Step> => ({
  agent: {
    kind: "person",
    asks: "work",
    what: `${step.title}: done by you?`,
    why: (step.reason ?? "").slice(0, LONGEST_WHY),
    people: [by],
    rehearsed: false,
  },
  consultationId: null,
  question: null,
  answer: null,
  checkpoint: null, // the last agent's: it says nothing to a person
  outsideAgent: undefined,
});

const reopened = (step: Step): Step => ({
  ...freshStep(step),
  attempt: step.attempt,
  startedAt: step.startedAt,
});

const stopped = (run: Run): readonly Step[] =>
  run.steps.map((step) =>
    step.status === "succeeded" || step.status === "skipped" || step.status === "failed"
      ? step
      : { ...step, ...released, status: "cancelled" },
  );

function withStep(run: Run, key: string, change: (step: Step) => Partial<Step>): Run {
  const i = run.steps.findIndex((step) => step.key === key);
  const step = run.steps[i];
  return step ? { ...run, steps: run.steps.with(i, { ...step, ...change(step) }) } : run;
}

/** Working time grows only while the run is active (`max_time` does not count waiting, S3-47). */
function keepClock(run: Run, at: Instant): Run {
  const active = isActive(run);
  if (active && run.activeSince === null) return { ...run, activeSince: at };
  if (!active && run.activeSince !== null)
    return { ...run, activeMs: run.activeMs + Math.max(0, at - run.activeSince), activeSince: null };
  return run;
}
