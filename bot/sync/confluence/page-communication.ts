import type { Told } from "#db/story.ts";
import { type Block, paragraph, table } from "#integrations/confluence/storage.ts";
import type { RunStory } from "../follower.ts";
import { decisionOf } from "./page-questions.ts";
import { ends, named, nameOfPerson, rowTime, titleOfStep, WHEN, workerOf } from "./page-words.ts";

const MOST = { first: 50, last: 250 };
const MOST_IN_MESSAGE = 2_000;

/** What agents said while they worked, and what people told them, in order. */
export function communication(story: RunStory): readonly Block[] {
  const said = story.facts.flatMap((told) => saidIn(told, story));
  if (said.length === 0) return [paragraph("No agent has said anything yet.")];
  const { first, last, between } = ends(said, MOST);
  const head = [WHEN, "Who", "About", "What"];
  const rows = (some: readonly Said[]) =>
    some.map(({ at, who, about, what }) => [rowTime(at), who, about, named(what, story, MOST_IN_MESSAGE)]);
  if (between === 0) return [table(head, rows(first))];
  return [
    table(head, rows(first)),
    paragraph(`${between} more messages between these are in Countersign.`),
    table(head, rows(last)),
  ];
}

type Said = { readonly at: number; readonly who: string; readonly about: string; readonly what: string };

function saidIn({ fact, at }: Told, story: RunStory): readonly Said[] {
  if (fact.type === "run.guided" || fact.type === "steps.reopened") {
    const { by, text } = fact.guidance;
    const about =
      fact.type === "run.guided" ? "The run" : fact.keys.map((key) => titleOfStep(key, story)).join(", ");
    return [{ at, who: nameOfPerson(by, story), about, what: text }];
  }
  if (!("key" in fact)) return [];
  const about = titleOfStep(fact.key, story);
  if (fact.type === "step.answered") {
    const { by, note } = fact.answer;
    const asked = questionOf(fact.key, story);
    const what = [decisionOf(asked, fact.answer), note].filter((words) => words !== "").join(": ");
    return [{ at, who: nameOfPerson(by, story), about, what }];
  }
  const step = story.run.steps.find((one) => one.key === fact.key);
  const isAsked = step?.agent.kind === "person";
  // What somebody answered is told above; it does not come of their step once more.
  const what = isAsked && fact.type === "step.succeeded" ? null : wordsOf(fact);
  const isOurs = step === undefined || (isAsked && fact.type === "step.asked");
  const who = isOurs ? "Countersign" : workerOf(step, story);
  return what === null ? [] : [{ at, who, about, what }];
}

/** What an agent says by a fact; null where it says nothing. */
function wordsOf(fact: Told["fact"]): string | null {
  switch (fact.type) {
    case "step.progressed":
      return fact.note;
    case "step.asked":
      return `Asks: ${fact.question.what}`;
    case "step.failed":
      return `Failed: ${fact.reason}`;
    case "step.succeeded":
      return fact.output.summary === "" ? "Done" : fact.output.summary;
    default:
      return null;
  }
}

const questionOf = (key: string, { run }: RunStory) =>
  run.steps.find((step) => step.key === key)?.question ?? null;
