import type { ConfirmationDialog } from "@slack/types";
import type { Consultation } from "#engine/consultation/consultation.ts";
import { hasEnded, isDone, type Run, type Step } from "#engine/run/run.ts";
import type { CardContext } from "./card.ts";
import { button, confirmation } from "./elements.ts";
import { bare, inert } from "./text.ts";
import { clock } from "./times.ts";
import { askedOf, nameOf } from "./who.ts";

/** A run with the questions that it has put to people, as far as they are known. */
export type GoalState = { readonly run: Run; readonly questions: readonly Consultation[] };

const MOST_IN_TITLE = 150;

/** What the goal is called, inert. */
export const titleOf = (run: Run): string => inert(run.brief?.title ?? "A goal", MOST_IN_TITLE);

/** The same where Slack reads no markup. */
export const plainTitleOf = (run: Run): string => bare(run.brief?.title ?? "A goal", MOST_IN_TITLE);

/** "g14": by this number people speak of the goal. */
export const numberOf = (run: Run): string => `g${run.brief?.goalNumber ?? "?"}`;

/** Stands before whatever a rehearsed goal says, so that nobody takes it for work. */
export const rehearsal = (run: Run | null): string => (run?.brief?.rehearsed ? "Rehearsal · " : "");

/** How far along a goal is, with its sign: "◐ Working · 3 of 5". */
export function progressOf(run: Run): string {
  const done = run.steps.filter(isDone).length;
  const count = run.steps.length === 0 ? "" : ` · ${done} of ${run.steps.length} steps`;
  switch (run.status) {
    case "planning":
      return run.planTrouble === null ? "◐ Planning" : "✋ The planner is stuck";
    case "proposed":
      return `✋ Planned · ${run.steps.length} steps · not started`;
    case "running":
      return `${stateOf(run.steps)}${count}`;
    case "succeeded":
    case "failed":
    case "cancelled":
      return `Ended${count}`;
  }
}

/** What a running goal does: working if anything works, else what holds it up. */
function stateOf(steps: readonly Step[]): string {
  const some = (...statuses: readonly Step["status"][]): boolean =>
    steps.some((step) => statuses.includes(step.status));
  if (some("working", "ready")) return "◐ Working";
  if (some("blocked")) return "✕ Blocked";
  if (some("waiting")) return "✋ Waiting";
  return some("retrying") ? "↺ Trying again" : "◌ Next step begins";
}

/** Everything that waits for a person, a line each: "✋ Waiting for Bob since 14:05: Approve the schema change". */
export function waitingLines(
  { run, questions }: GoalState,
  context: CardContext,
  most: number,
): readonly string[] {
  if (hasEnded(run)) return [];
  const requester = nameOf(run.brief?.requestedBy ?? "", context.people);
  if (run.planTrouble !== null) return [`✋ Waiting for ${requester}: the planner needs help`];
  if (run.status === "proposed") return [`✋ Waiting for ${requester} to start the plan`];
  const lines = run.steps.flatMap((step) => waitingLine(step, run, questions, context) ?? []);
  const more = lines.length - most;
  return more > 0 ? [...lines.slice(0, most), `… and ${more} more`] : lines;
}

function waitingLine(
  step: Step,
  run: Run,
  questions: readonly Consultation[],
  context: CardContext,
): string | null {
  const title = inert(step.title, 80);
  const since = (at: number | null | undefined): string =>
    at ? ` since ${clock(at, run.requestedAt ?? at)}` : "";
  if (step.status === "blocked") return `✕ Blocked${since(step.endedAt)}: ${title}`;
  if (step.status !== "waiting") return null;
  const question = questions.find(({ id }) => id === step.consultationId);
  const whom = inert(askedOf(step, run, question, context), 220);
  return `✋ Waiting for ${whom}${since(question?.openedAt)}: ${title}`;
}

/** The button that ends a goal, with Slack's own question first. `label` names it where "Stop" would be unclear. */
export const stopButton = (run: Run, label: "Stop" | "Cancel the goal") =>
  button("goal.stop", label, { run: run.id }, { style: "danger", confirm: stopConfirmation(run) });

const stopConfirmation = (run: Run): ConfirmationDialog =>
  confirmation({
    title: "Stop this goal for good?",
    text: `${plainTitleOf(run)}: work under way ends at once, questions are taken back. What is on its branch stays.`,
    yes: "Stop it",
    no: "Keep it going",
    style: "danger",
  });
