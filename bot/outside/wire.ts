import type { StepOutput } from "#engine/agent/agent.ts";
import type { Answer, Question } from "#engine/consultation/question.ts";
import type { AgentSpec, PlannedStep } from "#engine/run/plan.ts";
import type { Guidance, Instant } from "#engine/run/run.ts";

// Our words as programs outside read them: names with underscores, moments as ISO texts, what is not there as null.

/** A moment as ISO 8601 in UTC. */
export const iso = (at: Instant): string => new Date(at).toISOString();

export const isoOrNull = (at: Instant | null): string | null => (at === null ? null : iso(at));

/** A sentence that was made for Slack, as a program reads it: people and channels by their bare ids. */
export const withoutMentions = (text: string): string => text.replace(/<[@#]([A-Z0-9]+)>/g, "$1");

/** Why something is as it is; null where nothing is to be said. */
export const reasonOrNull = (reason: string | null): string | null =>
  reason === null ? null : withoutMentions(reason);

/** What a step left behind. What it was not given is left out. */
export const toOutput = (output: StepOutput) => ({
  summary: output.summary,
  ...defined({ text: output.text, log: output.log }),
  ...defined({ tests_passed: output.testsPassed, tests_failed: output.testsFailed }),
  ...defined({ files_changed: output.filesChanged }),
  ...defined({ lines_added: output.linesAdded, lines_removed: output.linesRemoved }),
  ...defined({ values: output.values, commit: output.commit, model: output.model }),
  ...defined({ not_applied: output.notApplied }),
});

/** How a question was settled. */
export const toAnswer = ({ decision, note, by, at, alone, attachments = [] }: Answer) => ({
  ...{ decision, comment: note, responder_id: by, responded_at: iso(at) },
  ...{ approved_alone: alone, attachments },
});

/** What people are asked. */
export const toQuestion = (question: Question) => ({
  ...{
    type: question.type,
    title: question.what,
    description: question.why,
    effect: question.effect ?? null,
  },
  ...{ risk: question.risk, options: question.options, evidence: question.evidence },
  ...{ people: question.people, rehearsed: question.rehearsed },
});

/** A step as it was planned. A command goes by its name: its shell line is the operator's. */
export const toPlanned = (step: PlannedStep) => ({
  ...{ key: step.key, title: step.title, ...toAgent(step.agent), after: step.after },
  ...{ instructions: step.instructions, acceptance: step.acceptance, risk: step.risk },
  ...{ effects: step.effects, timeout_seconds: step.timeoutMs / 1_000 },
});

/** Who works on a step: the kind of agent; the role that a model plays; the agent outside or its capability. */
export const toAgent = (agent: AgentSpec) => ({
  agent: agent.kind,
  role: "role" in agent ? agent.role : null,
  ...(agent.kind === "remote" ? defined({ agent_name: agent.agent, capability: agent.capability }) : {}),
});

export const toGuidance = ({ by, text }: Guidance) => ({ by, text });

/** Without what is undefined. */
function defined<T extends Readonly<Record<string, unknown>>>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
