import type { StepOutput } from "#engine/agent/agent.ts";
import type { Answer, Question } from "#engine/consultation/question.ts";
import type { Next } from "#engine/run/commands.ts";
import type { RunFact } from "#engine/run/facts.ts";
import { type AgentSpec, type Plan, PlannedStep } from "#engine/run/plan.ts";
import type { Brief } from "#engine/run/run.ts";
import { NOON } from "./given.ts";

/** What Alice asked for in #deploys; the parts that a test is about are given. */
export const brief = (changes: Partial<Brief> = {}): Brief => ({
  goalId: "00000000-0000-4000-8000-000000000001",
  goalNumber: 14,
  text: "Release billing 0.2.0",
  title: "Release billing 0.2.0",
  requirements: [],
  requestedBy: "U01ALICE",
  channel: "C02DEPLOYS",
  projectId: null,
  projectName: null,
  workflow: null,
  parameters: {},
  branch: "countersign/g14",
  maxTimeMs: 7_200_000,
  testsMustPass: false,
  planApproval: "risky",
  fourEyes: "when_possible",
  reviewers: [],
  priority: "normal",
  rehearsed: false,
  feedback: null,
  ...changes,
});

type StepChanges = Partial<Omit<PlannedStep, "key" | "agent" | "after">>;

const step = (key: string, agent: AgentSpec, after: readonly string[], changes: StepChanges): PlannedStep =>
  PlannedStep.parse({ key, title: `Do ${key}`, agent, after, ...changes });

/** A step that runs a shell line of the project. */
export const command = (key: string, after: readonly string[] = [], changes: StepChanges = {}) =>
  step(key, { kind: "command", run: `make ${key}` }, after, changes);

/** A step that runs the project's tests. */
export const testing = (key: string, after: readonly string[] = []) =>
  step(key, { kind: "command", run: "npm test", name: "test" }, after, {});

/** A step that a model writes. */
export const model = (key: string, after: readonly string[] = []) =>
  step(key, { kind: "model", role: "coder" }, after, {});

/** A step that a model would write, played. */
export const rehearsal = (key: string, after: readonly string[] = []) =>
  step(key, { kind: "rehearsal", role: "coder", lastsMs: 10 }, after, {});

/** A step for an agent outside that can do this. */
export const remote = (key: string, after: readonly string[] = [], changes: StepChanges = {}) =>
  step(key, { kind: "remote", capability: "scan" }, after, changes);

/** A step in which a person is asked. */
export const person = (key: string, asks: "approval" | "work", after: readonly string[] = []) =>
  step(
    key,
    { kind: "person", asks, what: `Go on with ${key}?`, why: "", people: [], rehearsed: false },
    after,
    {},
  );

/** The facts up to the moment at which a saved plan's first steps are ready. */
export const started = (plan: Plan, changes: Partial<Brief> = {}): readonly RunFact[] => [
  { type: "run.requested", brief: brief(changes) },
  { type: "plan.proposed", plan },
  { type: "run.started" },
  ...plan.filter(({ after }) => after.length === 0).map(({ key }) => ready(key)),
];

export const ready = (key: string): RunFact => ({ type: "step.ready", key });

export const began = (key: string, attempt = 1, lease = `${key}-${attempt}`): RunFact => ({
  type: "attempt.began",
  key,
  attempt,
  lease,
  worker: "w1",
});

export const output: StepOutput = { summary: "12 tests passed" };

export const succeeded = (key: string): RunFact => ({ type: "step.succeeded", key, output });

/** An attempt that an agent outside has claimed. */
export const claimed = (key: string, attempt = 1, by = "scanner"): RunFact => ({
  ...{ type: "attempt.began", key, attempt, lease: `${key}-${attempt}`, worker: "a1" },
  by,
});

/** A step that became ready, was worked on, and was done. */
export const done = (key: string): readonly RunFact[] => [ready(key), began(key), succeeded(key)];

export const question: Question = {
  type: "approval",
  what: "Tag billing v0.2.0?",
  why: "",
  risk: "medium",
  evidence: [],
  options: [],
  people: [],
  rehearsed: false,
};

/** A step's attempt that ended with a question. */
export const asked = (key: string, consultationId = "c1"): RunFact => ({
  type: "step.asked",
  key,
  consultationId,
  question,
  checkpoint: { sha: "abc" },
});

export const answer = (decision: string, note = ""): Answer => ({
  decision,
  note,
  by: "U02BOB",
  at: NOON,
  alone: false,
});

/** An attempt that may follow at once, where any kind of agent may work. */
export const next: Next = {
  lease: "next",
  worker: "w1",
  kinds: ["command", "model", "rehearsal", "person"],
};
