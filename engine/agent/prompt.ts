import type { Role } from "../run/plan.ts";
import type { Assignment, StepOutput } from "./agent.ts";
import { QUOTE_RULE, quote, sections } from "./quote.ts";
import { type Asked, MOST_QUESTIONS, readAsked } from "./reply.ts";
import { ROLE_BRIEFS } from "./roles.ts";

/** What a model is told for one step; the three parts go out in this order (see `ModelRequest`). */
export type Prompt = { readonly system: string; readonly shared: string; readonly user: string };

const MOST = {
  goal: 10_000,
  requirement: 1_000,
  input: 12_000,
  log: 4_000,
  note: 3_000,
  draft: 12_000,
} as const;
/** All inputs together, so that a plan of fifty steps still fits a small model. */
const MOST_INPUT_CHARACTERS = 60_000;
const MOST_GUIDANCE = 20;

/** The prompt for a step that a model works on. Pure: the same assignment gives the same words (S3-35). */
export function toPrompt(assignment: Assignment, role: Role): Prompt {
  return {
    system: systemPrompt(role),
    shared: sections([goalSection(assignment), projectSection(assignment), inputSections(assignment)]),
    user: sections([
      stepSection(assignment),
      guidanceSection(assignment),
      askedSection(assignment),
      "Now do your step, and reply with the JSON object.",
    ]),
  };
}

function systemPrompt(role: Role): string {
  const { title, does, asks } = ROLE_BRIEFS[role];
  return sections([
    `You are the ${title} in Countersign, where a team's goal is carried out as a plan of steps. Your role ${does}. ${asks}`,
    QUOTE_RULE,
    "You have no tools: you cannot read or change files, run commands, or reach the network. What you write is a proposal that people read and that later steps build on; nobody has applied it. Never claim to have run, tested, changed, sent or looked up anything.",
    'Do your own step and nothing else: the goal\'s other parts have steps of their own. Be brief, and be complete. If something is missing that you can decide well yourself, decide it and say so in "insights".',
    `Reply with one JSON object:
- "summary": one line, at most 200 characters, of what you found or made. No praise.
- "result": the whole result, in Markdown.
- "tests": how the result can be checked, or null.
- "insights": what later steps or people should know and would not see, or null.
- "blocked": null; or, if you cannot do the step at all, why, and what would have to change.
- "question": null; or, if you cannot go on without a person, {"ask", "why", "options"}: one question in at most 200 characters, why it matters, and two to five short options to choose from ([] when any answer will do). People are slow to answer: ask only what you cannot decide.
Set "blocked" or "question", not both.`,
  ]);
}

function goalSection({ goal }: Assignment): string {
  const requirements = goal.requirements.map((text) => quote(text, MOST.requirement));
  return sections([
    `# The goal, as it was asked for\n${quote(goal.text, MOST.goal)}`,
    requirements.length === 0 ? "" : `What it must meet:\n${requirements.join("\n")}`,
  ]);
}

function projectSection({ project, parameters }: Assignment): string {
  const values = Object.entries(parameters).map(([name, value]) => quote(`${name} = ${value}`, MOST.note));
  return sections([
    project ? `# The project\n${quote(project.name, MOST.note)}` : "",
    values.length === 0 ? "" : `# Parameters\n${values.join("\n")}`,
  ]);
}

function inputSections({ inputs }: Assignment): string {
  let left = MOST_INPUT_CHARACTERS;
  return sections(
    inputs.map(({ key, title, output }) => {
      const most = Math.min(MOST.input, left);
      const text = outputText(output);
      left -= Math.min(text.length, most);
      return `# What step ${key} left behind${output.notApplied ? " (written, not applied)" : ""}\n${quote(`${title}\n${output.summary}`, MOST.note)}\n${text === "" ? "" : quote(text, most)}`.trimEnd();
    }),
  );
}

function outputText(output: StepOutput): string {
  const counts = [
    output.testsPassed === undefined ? "" : `${output.testsPassed} tests passed`,
    output.testsFailed === undefined ? "" : `${output.testsFailed} tests failed`,
    output.filesChanged === undefined ? "" : `${output.filesChanged} files changed`,
  ].filter((count) => count !== "");
  const values = Object.entries(output.values ?? {}).map(([name, value]) => `${name} = ${value}`);
  const log = output.text === undefined ? (output.log ?? "").slice(-MOST.log) : "";
  return [counts.join(", "), ...values, output.text ?? "", log].filter((part) => part !== "").join("\n");
}

function stepSection({ step }: Assignment): string {
  const acceptance = step.acceptance.map((text) => quote(text, MOST.requirement));
  return sections([
    `# Your step: ${step.key}\n${quote(step.title, MOST.note)}`,
    step.instructions === "" ? "" : `What to do:\n${quote(step.instructions, MOST.goal)}`,
    acceptance.length === 0 ? "" : `It is done when:\n${acceptance.join("\n")}`,
  ]);
}

function guidanceSection({ guidance }: Assignment): string {
  const newest = guidance.slice(-MOST_GUIDANCE);
  if (newest.length === 0) return "";
  const left = guidance.length - newest.length;
  return sections([
    "# What people said since, oldest first. Follow it where it is about your step",
    left === 0 ? "" : `(${left} older remarks are left out here.)`,
    ...newest.map(({ text }) => quote(text, MOST.note)),
  ]);
}

function askedSection({ answer, checkpoint }: Assignment): string {
  const asked = readAsked(checkpoint);
  if (!asked) return "";
  return sections([
    `# You asked a person\n${quote(asked.ask, MOST.note)}`,
    answer
      ? `The answer:\n${quote(answerText(asked, answer), MOST.note)}`
      : "Nobody answered. Go on as well as you can.",
    asked.draft === "" ? "" : `What you had written by then:\n${quote(asked.draft, MOST.draft)}`,
    asked.times < MOST_QUESTIONS
      ? ""
      : 'You have asked enough: decide the rest yourself, and set "question" to null.',
  ]);
}

function answerText(asked: Asked, answer: NonNullable<Assignment["answer"]>): string {
  const chosen = asked.options.find(({ key }) => key === answer.decision)?.label;
  return [chosen ?? "", answer.note].filter((part) => part !== "").join("\n") || answer.decision;
}
