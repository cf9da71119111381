import type { TaskCardBlock } from "@slack/types";
import { isDone, type Run, type Step, type StepStatus } from "#engine/run/run.ts";
import type { CardContext } from "./card.ts";
import { changed } from "./fold.ts";
import { bare } from "./text.ts";
import { lasting } from "./times.ts";
import { agentOf, askedOf } from "./who.ts";

type Look = { readonly sign: string; readonly word: string; readonly task: TaskCardBlock["status"] };

/** How each state looks, in sign and word, and which of Slack's four states of a task comes nearest without claiming more. */
export const STEP_LOOKS = {
  pending: { sign: "◌", word: "pending", task: "pending" },
  ready: { sign: "◌", word: "next", task: "pending" },
  working: { sign: "◐", word: "working", task: "in_progress" },
  waiting: { sign: "✋", word: "waiting", task: "pending" },
  retrying: { sign: "↺", word: "will be tried again", task: "in_progress" },
  blocked: { sign: "✕", word: "blocked", task: "error" },
  succeeded: { sign: "✓", word: "done", task: "complete" },
  failed: { sign: "✕", word: "failed", task: "error" },
  skipped: { sign: "–", word: "skipped", task: "pending" },
  cancelled: { sign: "–", word: "cancelled", task: "pending" },
} as const satisfies Record<StepStatus, Look>;

/** Signs that Slack draws beside a task by itself. */
const DRAWN_BY_SLACK = new Set<StepStatus>(["pending", "ready", "working", "succeeded", "failed"]);
const MOST_PRIORS = 2;

/** A step in one line of plain text without its sign: "Write the check · Coder · 3 min · +58 −2 in 3 files". */
export function stepLine(step: Step, run: Run, context: CardContext, mostInTitle = 120): string {
  const agent = isNamed(step) ? agentOf(step, run, context) : "";
  return [bare(step.title, mostInTitle), agent, situation(step, run, context)]
    .filter((words) => words !== "")
    .join(" · ");
}

/** A phone's lines are short: a command is named while it matters, a person unless the situation names them. */
function isNamed({ agent, status }: Step): boolean {
  switch (agent.kind) {
    case "command":
      return status !== "succeeded" && status !== "pending" && status !== "skipped";
    case "person":
      return status !== "waiting";
    case "model":
    case "rehearsal":
    case "remote":
      return true;
  }
}

/** The same as the title of a task, where Slack draws four of the signs and knows no others. */
export function taskTitle(step: Step, run: Run, context: CardContext, mostInTitle: number): string {
  const line = stepLine(step, run, context, mostInTitle).replaceAll("`", "");
  return DRAWN_BY_SLACK.has(step.status) ? line : `${STEP_LOOKS[step.status].sign} ${line}`;
}

/** How far along a step is, in words. Nothing that was not checked. */
function situation(step: Step, run: Run, context: CardContext): string {
  switch (step.status) {
    case "pending":
      return afterWhat(step, run);
    case "waiting":
      return `waiting for ${askedOf(step, run, undefined, context)}`;
    case "blocked":
      return "blocked: somebody must say how it goes on";
    case "retrying":
      return step.tries > 0 ? `failed ${times(step.tries)}, will be tried again` : "will be tried again";
    case "succeeded":
      return factsOf(step);
    case "ready":
      return step.agent.kind === "remote" ? "waiting to be claimed" : STEP_LOOKS.ready.word;
    case "working":
    case "failed":
    case "skipped":
    case "cancelled":
      return STEP_LOOKS[step.status].word;
  }
}

/** "after Run the tests": what a pending step still waits for. */
function afterWhat(step: Step, run: Run): string {
  const open = run.steps.filter((one) => step.after.includes(one.key) && !isDone(one));
  if (open.length === 0) return "pending";
  const titles = open.slice(0, MOST_PRIORS).map((one) => bare(one.title, 40));
  const more = open.length - titles.length;
  return `after ${titles.join(" and ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The numbers of a finished step: "48 s · 214 tests passed · +58 −2 in 3 files". */
function factsOf(step: Step): string {
  const took = step.startedAt !== null && step.endedAt !== null ? lasting(step.endedAt - step.startedAt) : "";
  return [took, testsOf(step), changesOf(step)].filter((words) => words !== "").join(" · ") || "done";
}

/** "214 tests passed", "12 passed, 2 failed"; nothing where no tests were counted. */
export function testsOf({ output }: Step): string {
  const { testsPassed, testsFailed = 0 } = output ?? {};
  if (testsPassed === undefined) return "";
  if (testsFailed > 0) return `${testsPassed} tests passed, ${testsFailed} failed`;
  return `${testsPassed} ${testsPassed === 1 ? "test" : "tests"} passed`;
}

/** "+58 −2 in 3 files"; nothing where nothing changed. */
export function changesOf({ output }: Step): string {
  const { filesChanged = 0, linesAdded = 0, linesRemoved = 0 } = output ?? {};
  return filesChanged === 0 ? "" : changed(linesAdded, linesRemoved, filesChanged);
}

/** "once", "twice", "3 times". */
export function times(count: number): string {
  if (count === 1) return "once";
  return count === 2 ? "twice" : `${count} times`;
}
