import { z } from "zod";
import type { PlannedStep } from "../run/plan.ts";
import type { Outcome } from "./agent.ts";

/** A step may ask people this often; then it must decide for itself. */
export const MOST_QUESTIONS = 3;

/**
 * What a model replies for a step. Flat, with every field required: strict structured output knows nothing else. Lengths
 * are kept out of it, because providers refuse or ignore them; what is too long is cut when it is read.
 */
export const StepReply = z
  .strictObject({
    summary: z.string(),
    result: z.string(),
    tests: z.string().nullable(),
    insights: z.string().nullable(),
    blocked: z.string().nullable(),
    question: z.strictObject({ ask: z.string(), why: z.string(), options: z.array(z.string()) }).nullable(),
  })
  .refine((reply) => !(isSaid(reply.blocked) && reply.question !== null), {
    error: 'Set "blocked" or "question", not both.',
  })
  .refine((reply) => isSaid(reply.blocked) || reply.question !== null || isSaid(reply.result), {
    path: ["result"],
    error: "The result must not be empty.",
  })
  .refine((reply) => reply.question === null || isSaid(reply.question.ask), {
    path: ["question", "ask"],
    error: "The question must not be empty.",
  });
export type StepReply = z.infer<typeof StepReply>;

/** What a model asked, kept for the attempt that gets the answer. */
export const Asked = z.strictObject({
  ask: z.string(),
  options: z.array(z.strictObject({ key: z.string(), label: z.string() })),
  draft: z.string(),
  /** How often this step has asked by now. */
  times: z.number().int().positive(),
});
export type Asked = z.infer<typeof Asked>;

/** The question that this checkpoint belongs to; null when there was none. */
export function readAsked(checkpoint: unknown): Asked | null {
  const read = Asked.safeParse(checkpoint);
  return read.success ? read.data : null;
}

/**
 * What a model's reply means for its step. Its work is text that nobody applied, and is marked so. `model` is the name
 * that cards show.
 */
export function toOutcome(reply: StepReply, step: PlannedStep, model: string, before: Asked | null): Outcome {
  if (reply.question) return ask(reply.question, reply.result, step, before);
  if (isSaid(reply.blocked)) return { kind: "failed", reason: cut(reply.blocked, 2_000), again: false };
  const values = {
    ...(isSaid(reply.tests) ? { testing_notes: cut(reply.tests, 4_000) } : {}),
    ...(isSaid(reply.insights) ? { insights_found: cut(reply.insights, 4_000) } : {}),
  };
  return {
    kind: "finished",
    output: {
      summary: cut(oneLine(reply.summary) || oneLine(reply.result), 500),
      text: cut(reply.result, 100_000),
      ...(Object.keys(values).length > 0 ? { values } : {}),
      notApplied: true,
      model,
    },
  };
}

function ask(
  question: NonNullable<StepReply["question"]>,
  draft: string,
  step: PlannedStep,
  before: Asked | null,
): Outcome {
  const times = (before?.times ?? 0) + 1;
  if (times > MOST_QUESTIONS) {
    const reason = `It asked ${MOST_QUESTIONS} questions and still could not go on. The last one: ${cut(oneLine(question.ask), 300)}`;
    return { kind: "failed", reason, again: false };
  }
  const labels = [...new Set(question.options.map((option) => cut(oneLine(option), 75)))].filter(isSaid);
  const choices = labels.slice(0, 10).map((label, i) => ({ key: `option-${i + 1}`, label }));
  const options = choices.length < 2 ? [] : choices;
  const what = cut(oneLine(question.ask), 300);
  return {
    kind: "asks",
    question: {
      type: options.length > 0 ? "decision" : "clarification",
      what,
      why: cut(question.why.trim(), 2_000),
      risk: step.risk,
      evidence: isSaid(draft) ? [{ kind: "text", label: "Written so far", text: cut(draft, 20_000) }] : [],
      options,
      people: [],
      rehearsed: false,
    },
    checkpoint: { ask: what, options, draft: cut(draft, 20_000), times } satisfies Asked,
  };
}

const isSaid = (text: string | null): text is string => text !== null && text.trim() !== "";
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
/** At most so many characters, and it shows when there were more. */
const cut = (text: string, most: number): string =>
  text.length <= most ? text.toWellFormed() : `${text.slice(0, most - 1).toWellFormed()}…`;
