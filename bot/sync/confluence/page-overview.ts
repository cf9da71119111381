import { endingOf, hasEnded, isDone, type Run, type StepStatus } from "#engine/run/run.ts";
import {
  type Block,
  box,
  type Colour,
  details,
  type Held,
  type Inline,
  link,
  mono,
  status,
} from "#integrations/confluence/storage.ts";
import { bare } from "../../slack/blocks/text.ts";
import { lasting } from "../../slack/blocks/times.ts";
import type { RunStory } from "../follower.ts";
import { goalTextOf } from "../goal-text.ts";
import { named, namedLine, namedParagraphs, nameOfActor, nameOfPerson, timeInWords } from "./page-words.ts";

const MOST_IN_GOAL = 10_000;

/** What the run is for, who asked, how it stands and since when. `threadLink`: where it is talked about in Slack. */
export function overview(story: RunStory, threadLink: string | undefined): readonly Block[] {
  const { run, brief } = story;
  const rows: readonly (readonly [Inline, Held] | null)[] = [
    ["Goal", namedParagraphs(goalTextOf(brief), story, MOST_IN_GOAL)],
    ["Number", threadLink === undefined ? numberOf(run) : link(threadLink, `${numberOf(run)} in Slack`)],
    brief.feedback === null ? null : ["To be different this time", named(brief.feedback, story)],
    ["State", stateOf(story)],
    ["Asked by", askedBy(story)],
    brief.projectName === null ? null : ["Project", bare(brief.projectName, 100)],
    brief.workflow === null ? null : ["Workflow", workflowOf(story)],
    ["Asked", time(run.requestedAt)],
    ["Started", time(startedAt(story))],
    run.endedAt === null ? null : ["Ended", time(run.endedAt)],
    run.endedAt === null ? null : ["Took", took(run)],
  ];
  const rehearsed = box("warning", "A rehearsal: no model is set, so nothing is changed.");
  return [...(brief.rehearsed ? [rehearsed] : []), details(rows.filter((row) => row !== null))];
}

const numberOf = ({ brief }: Run): string => `g${brief?.goalNumber ?? "?"}`;

const time = (at: number | null): string => (at === null ? "not yet" : timeInWords(at));

function startedAt({ facts }: RunStory): number | null {
  return facts.find(({ fact }) => fact.type === "run.started")?.at ?? null;
}

/** From the asking to the end, and how much of that was work: people take their time. */
function took({ requestedAt, endedAt, activeMs }: Run): string {
  const all = (endedAt ?? 0) - (requestedAt ?? 0);
  return `${lasting(all)}, of which ${lasting(Math.min(activeMs, all))} was work`;
}

function askedBy(story: RunStory): string {
  const { requestedBy, agent } = story.brief;
  const person = nameOfPerson(requestedBy, story);
  return agent === undefined ? person : `${nameOfActor(`agent:${agent}`, story)}, for ${person}`;
}

function workflowOf({ brief }: RunStory): Inline {
  const given = Object.entries(brief.parameters).map(([name, value]) => `${name}: ${bare(value, 200)}`);
  return [mono(brief.workflow ?? ""), given.length === 0 ? "" : ` (${given.join(", ")})`];
}

/** "Done", coloured, and what there is to say to it. */
function stateOf(story: RunStory): Inline {
  const { run } = story;
  const { word, colour } = looksOf(run);
  const done = run.steps.filter(isDone).length;
  const count = run.steps.length === 0 ? "" : `${done} of ${run.steps.length} steps done`;
  const reason = run.reason ?? run.planTrouble;
  const said = [count, reason === null ? "" : namedLine(reason, story)].filter((words) => words !== "");
  return [status(word, colour), said.length === 0 ? "" : ` ${said.join(" · ")}`];
}

type Looks = { readonly word: string; readonly colour: Colour };

function looksOf(run: Run): Looks {
  switch (endingOf(run)) {
    case "Done":
      return { word: "Done", colour: "Green" };
    case "Answered":
      return { word: "Answered, nothing applied", colour: "Green" };
    case "Rehearsed":
      return { word: "Rehearsed", colour: "Grey" };
    case "Failed":
      return { word: "Failed", colour: "Red" };
    case "Cancelled":
      return { word: "Cancelled", colour: "Grey" };
    case null:
      return looksUnderWay(run);
  }
}

function looksUnderWay(run: Run): Looks {
  const some = (...those: readonly StepStatus[]) => run.steps.some((step) => those.includes(step.status));
  if (run.planTrouble !== null) return { word: "The planner is stuck", colour: "Red" };
  if (run.status === "planning") return { word: "Planning", colour: "Blue" };
  if (run.status === "proposed") return { word: "Planned, not started", colour: "Yellow" };
  if (some("working", "ready")) return { word: "Working", colour: "Blue" };
  if (some("blocked")) return { word: "Blocked", colour: "Red" };
  return some("waiting")
    ? { word: "Waiting for people", colour: "Yellow" }
    : { word: "Working", colour: "Blue" };
}

/** Whether a page is worth making: as soon as there is a plan, and at the end in any case. */
export const isToBeShown = (run: Run): boolean => run.steps.length > 0 || hasEnded(run);
