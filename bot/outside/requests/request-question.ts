import type { Evidence, Question } from "#engine/consultation/question.ts";
import type { Risk } from "#engine/run/plan.ts";
import { inFull, lineOrText, sentenceOf } from "./evidence.ts";
import type { NewRequest } from "./request.ts";

const LONGEST_WHY = 2_000;
const MOST_EVIDENCE = 10;

/** What people are asked: the request's words, its context as evidence. Nothing of it is lost: what is too long for a card is in its fold. */
export function questionOf(asked: NewRequest): Question {
  const { type, title, description, context, options, metadata } = asked;
  const why = description.length > LONGEST_WHY ? `${description.slice(0, LONGEST_WHY - 1)}…` : description;
  const whole: readonly Evidence[] =
    why === description ? [] : [{ kind: "text", label: "Description", text: description }];
  return {
    ...{ type, what: title, why: why.toWellFormed(), risk: riskOf(context["risk_assessment"]) },
    evidence: [...gathered([...whole, ...evidenceOf(context, metadata["priority"])])],
    options: options.map(({ key, label }) => ({ key, label })),
    ...{ people: [], rehearsed: false },
  };
}

/** The documented keys first, in the order in which a reviewer wants them. */
function evidenceOf(context: NewRequest["context"], priority: unknown): readonly Evidence[] {
  const { risk_assessment: risk, affected_systems: affected, code_diff: diff, ...rest } = context;
  return [
    ...lineOrText("Risk", risk),
    ...(isListOfTexts(affected)
      ? lineOrText("Affects", affected.join(", "))
      : lineOrText("Affects", affected)),
    ...(isTelling(priority) ? lineOrText("Priority", priority) : []),
    ...(typeof diff === "string" && diff.trim() !== ""
      ? [{ kind: "diff", label: "Diff", text: diff } as const]
      : lineOrText("Diff", diff)),
    ...Object.entries(rest).flatMap(([key, value]) => lineOrText(inWords(key), value)),
  ];
}

/** No more than a card takes: what is left over stands together in the last one. */
function gathered(evidence: readonly Evidence[]): readonly Evidence[] {
  if (evidence.length <= MOST_EVIDENCE) return evidence;
  const [shown, rest] = [evidence.slice(0, MOST_EVIDENCE - 1), evidence.slice(MOST_EVIDENCE - 1)];
  return [...shown, { kind: "text", label: "More", text: inFull(rest) }];
}

/** "test_results" is "Test results". */
function inWords(key: string): string {
  const words = key.replace(/[_\-\s]+/g, " ").trim();
  return sentenceOf(words === "" ? "Context" : words);
}

const isListOfTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");

/** How urgent it is to the agent (S0-52: `metadata.priority`), in its own word, where it is more or less than the rest. */
const isTelling = (priority: unknown): boolean =>
  (typeof priority === "string" && !/^\s*(?:normal|medium|default)?\s*$/i.test(priority)) ||
  typeof priority === "number";

/** Where an assessment says how grave the risk is. An agent's own rating can only raise it. */
const RATINGS = ["level", "risk_level", "severity", "score", "risk", "rating", "overall"] as const;

function riskOf(assessment: unknown): Risk {
  if (typeof assessment === "string") return rated(assessment);
  if (typeof assessment !== "object" || assessment === null) return "low";
  const ratings = Object.entries(assessment).filter(([key]) => RATINGS.some((rating) => rating === key));
  const risks = ratings.map(([, value]) => (typeof value === "string" ? rated(value) : "low"));
  return (["high", "medium"] as const).find((risk) => risks.includes(risk)) ?? "low";
}

function rated(text: string): Risk {
  if (/\b(?:high|critical|severe)\b/i.test(text)) return "high";
  return /\b(?:medium|moderate)\b/i.test(text) ? "medium" : "low";
}
