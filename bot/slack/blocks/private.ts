import type { Consultation } from "#engine/consultation/consultation.ts";
import { endingOf, type Run } from "#engine/run/run.ts";
import { type Card, type CardContext, toCard } from "./card.ts";
import { actions, button, link, section, context as words } from "./elements.ts";
import { endingLine } from "./ending.ts";
import { type GoalState, numberOf, progressOf, rehearsal, titleOf, waitingLines } from "./goal-words.ts";
import { lineOf } from "./plain.ts";
import { answerLine } from "./settled-question.ts";
import { inert } from "./text.ts";
import { dayTime } from "./times.ts";

const MOST_LISTED = 15;
const MOST_STEPS = 12;
const MOST_IN_STEP = 230;

/** A sentence of the rules, shown to whoever they refused. Names in it stand as names. */
export const refusal = (sentence: string, { people }: CardContext): Card => {
  const line = inert(sentence, 1_000, people) || "That is not possible.";
  return toCard(line, [section(line)]);
};

/** For a click that came too late: "✓ Approved by Bob 14:32". Tells who decided, and when. */
export function lateClick(consultation: Consultation, context: CardContext): Card {
  const { answer, state, endedAt, expiresAt } = consultation;
  if (answer !== null) {
    const line = answerLine(consultation, answer, context);
    return toCard(`Too late: ${line}`, [section(`${line}. Your click changed nothing.`)]);
  }
  const line =
    state === "expired"
      ? `⏱ Nobody answered in time: it expired ${dayTime(endedAt ?? expiresAt)}. Your click changed nothing.`
      : "– What this was for has ended. Your click changed nothing.";
  return toCard(line, [section(line)]);
}

/** The goal stands: where, and by which number. */
export const started = (run: Run, context: CardContext): Card =>
  toCard(`${numberOf(run)} has begun: ${titleOf(run)}`, [
    section(`${numberOf(run)} *${titleOf(run)}* has begun.`),
    actions(link("Open thread", context.threadLink)),
  ]);

/** Everything on one screen, with three examples that work when pasted. */
export function help({ botName }: CardContext): Card {
  const name = inert(botName, 35);
  return toCard(`${name}: type a goal, agents work on it, people approve.`, [
    section("*Type a goal. Agents work on it, people approve it.*", "Try one of these:"),
    section("`/goal run release version=1.2.3`", "`/goal Add a health check to billing`", "`/goal status`"),
    section(
      "`/goal` opens a form",
      "`/goal list` goals under way, saved workflows",
      "`/goal status g14` · `/goal cancel g14`",
      "`/goal rework g14 what should be different`",
      `In a thread: \`@${name} status\`, \`cancel\`, \`rework …\``,
    ),
    words("Without a number, your latest goal in this channel is meant"),
  ]);
}

/** A workflow that `/goal run` takes; `parameters` are the names of what it wants to know. */
export type ListedWorkflow = { readonly name: string; readonly parameters: readonly string[] };

/** Goals that go on, newest first, and the workflows that can be run. */
export function list(runs: readonly Run[], workflows: readonly ListedWorkflow[]): Card {
  const more = runs.length - MOST_LISTED;
  const unseen = workflows.length - MOST_LISTED;
  return toCard(`${counted(runs.length, "goal")} under way, ${counted(workflows.length, "workflow")}`, [
    section(
      `*Under way (${runs.length})*`,
      ...(runs.length === 0 ? ["Nothing runs."] : runs.slice(0, MOST_LISTED).map(goalLine)),
      more > 0 ? `… and ${more} more` : null,
    ),
    section(
      `*Workflows (${workflows.length})*`,
      ...(workflows.length === 0 ? ["None is saved."] : workflows.slice(0, MOST_LISTED).map(workflowLine)),
      unseen > 0 ? `… and ${unseen} more` : null,
    ),
  ]);
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const goalLine = (run: Run): string =>
  `${numberOf(run)} ${inert(run.brief?.title ?? "", 80)} · ${rehearsal(run)}${progressOf(run)}`;

function workflowLine({ name, parameters }: ListedWorkflow): string {
  const wanted = parameters.slice(0, 5).map((parameter) => ` ${parameter}=…`);
  return `\`/goal run ${inert(`${name}${wanted.join("")}`, 120).replaceAll("`", "'")}\``;
}

/** Where a goal is shown outside Slack, and what there is to say about that. */
export type Outside = {
  readonly links: readonly { readonly label: string; readonly url: string }[];
  readonly lines: readonly string[];
};

/** How far a goal is, step by step. `isLatest`: no number was given, so it says which goal it took. */
export function status(
  state: GoalState,
  context: CardContext,
  isLatest: boolean,
  { links, lines }: Outside = { links: [], lines: [] },
): Card {
  const { run } = state;
  const where = endingLine(run, context) ?? `${rehearsal(run)}${progressOf(run)}`;
  const more = run.steps.length - MOST_STEPS;
  return toCard(`${numberOf(run)} ${titleOf(run)}: ${where}`, [
    section(`${numberOf(run)} *${titleOf(run)}*`, where, ...waitingLines(state, context, 3)),
    section(
      ...run.steps.slice(0, MOST_STEPS).map((step) => lineOf(step, run, context, MOST_IN_STEP)),
      more > 0 ? `… and ${more} more` : null,
    ),
    section(...lines),
    actions(
      link("Open thread", context.threadLink),
      ...links.map(({ label, url }, i) => link(label, url, { suffix: i })),
    ),
    isLatest ? words("Your latest goal in this channel") : null,
  ]);
}

/** The words could be a command or a goal: nothing has begun, and both can be had by one press. */
export function twoReadings(
  draft: string,
  { typed, command }: { readonly typed: string; readonly command: string },
): Card {
  const shown = inert(typed, 150);
  return toCard(`“${shown}” can be read in two ways. Nothing has begun.`, [
    section(`*Which do you mean by “${shown}”?*`, "Nothing has begun yet."),
    actions(
      button("draft.start", command, { draft, reading: "command" }, { suffix: "command" }),
      button("draft.start", `Start it as a goal: ${typed}`, { draft, reading: "goal" }, { suffix: "goal" }),
    ),
  ]);
}

/** We may not post in this channel: the goal is kept, and can begin once we are invited. */
export function inviteFirst(draft: string, { botName }: CardContext): Card {
  const invite = `\`/invite @${inert(botName, 35)}\``;
  return toCard(`Your goal is kept. Type ${invite} here, then press Start it now.`, [
    section(
      `*Type ${invite} here, then press Start it now.*`,
      "I can't post in this channel yet. Your goal is kept.",
    ),
    actions(
      button("draft.start", "Start it now", { draft, reading: "goal" }, { style: "primary", suffix: "goal" }),
    ),
  ]);
}

/** The nearest command to an unknown word; null where none is near. */
export function unknownWord(word: string, nearest: string | null): Card {
  const said = inert(word, 60);
  const line =
    nearest === null
      ? `“${said}” is no command.`
      : `“${said}” is no command. Did you mean \`/goal ${inert(nearest, 60)}\`?`;
  return toCard(line, [section(line, "`/goal help` shows them all.")]);
}

/** How an operator gives the app a model. It takes effect with the next start. */
export const connectModel = (): Card =>
  toCard("Set ANTHROPIC_API_KEY or OPENAI_API_KEY and start again.", [
    section(
      "*Set one of these where the app runs, then start it again:*",
      "`ANTHROPIC_API_KEY=…` for Anthropic",
      "`OPENAI_API_KEY=…` for OpenAI",
      "`OPENAI_BASE_URL=…` for llama.cpp, Ollama, vLLM",
      "`MODEL=provider:model` chooses the model",
    ),
    words("Without one, goals in free text are rehearsed. Workflows and commands are always real"),
  ]);

/** What became of a command on a goal, such as "Cancelled g14." Says which goal was meant where no number was given. */
export const done = (what: string, run: Run, context: CardContext): Card => {
  const ended = endingOf(run) === null ? "" : ` ${endingLine(run, context) ?? ""}`;
  const line = `${inert(what, 200, context.people)} ${numberOf(run)} *${titleOf(run)}*.${ended}`;
  return toCard(line, [section(line)]);
};
