import type { Told } from "#db/story.ts";
import type { Question } from "#engine/consultation/question.ts";
import type { RunFact } from "#engine/run/facts.ts";
import { type Step, stepOf } from "#engine/run/run.ts";
import { leading, paragraph, strong } from "#integrations/jira/adf.ts";
import type { AdfNode } from "#integrations/jira/adf-node.ts";
import type { RunStory } from "../follower.ts";
import { answered } from "./answered.ts";
import type { Part } from "./desired-issues.ts";
import { ended } from "./ended.ts";
import { named, namedLine, namedParagraphs, nameOfActor, nameOfPerson, rehearsed } from "./words.ts";

/** Something that whoever watches an issue gets a mail for: the run's fact of this number. */
export type Milestone = { readonly seq: number; readonly on: Part; readonly blocks: readonly AdfNode[] };

const MOST_IN_TITLE = 120;

/**
 * What the watchers of a run's issues are told, in order: that it was started, that a question is open, who decided what, what is
 * blocked and how it goes on, how it ended. In epic mode what concerns a step stands on the step's own story. What waits for
 * somebody in Slack leads there: `threadLink`.
 */
export function milestonesOf(
  story: RunStory,
  mode: "issue" | "epic",
  threadLink?: string,
): readonly Milestone[] {
  const { facts } = story;
  return facts.flatMap((told, i) => {
    const key = stepTold(told.fact);
    const place = { story, mode, inSlack: leading("in Slack", threadLink) };
    const blocks = key === null ? tellRun(told, story) : tellStep(told, facts[i + 1], place);
    if (blocks.length === 0) return [];
    const on: Part = key !== null && mode === "epic" ? `step:${key}` : "run";
    const title = key !== null && mode === "issue" ? [aboutStep(stepOf(story.run, key), story)] : [];
    return [{ seq: told.seq, on, blocks: [...title, ...blocks] }];
  });
}

const stepTold = (fact: RunFact): string | null => ("key" in fact ? fact.key : null);

const aboutStep = ({ title }: Step, story: RunStory): AdfNode =>
  paragraph(strong(namedLine(title, MOST_IN_TITLE, story)));

function tellRun({ fact, actor }: Told, story: RunStory): readonly AdfNode[] {
  switch (fact.type) {
    case "run.started":
      return [...rehearsed(story), paragraph(started(actor, story))];
    case "plan.troubled":
      return [
        paragraph(
          strong("Blocked: "),
          "the planner could not plan this. A person has to say how it goes on.",
        ),
        ...namedParagraphs(fact.reason, story),
      ];
    case "run.succeeded":
    case "run.failed":
    case "run.cancelled":
      return [...rehearsed(story), ...ended(fact, story)];
    default:
      return [];
  }
}

function started(actor: string, story: RunStory): string {
  const { brief, run } = story;
  const { length } = run.steps;
  const by = brief.feedback === null ? nameOfPerson(brief.requestedBy, story) : nameOfActor(actor, story);
  const again = brief.feedback === null ? "Started" : "Started again";
  return `${again} for ${by}: ${length} ${length === 1 ? "step" : "steps"}.`;
}

type Telling = {
  readonly story: RunStory;
  readonly mode: "issue" | "epic";
  /** The words "in Slack", which lead to the thread. */
  readonly inSlack: readonly AdfNode[];
};

function tellStep(
  { fact, actor, seq }: Told,
  next: Told | undefined,
  { story, mode, inSlack }: Telling,
): readonly AdfNode[] {
  switch (fact.type) {
    case "step.asked":
      return asked(fact.question, story, inSlack);
    case "step.answered":
      return answered(fact.answer, questionBefore(seq, fact.key, story), story);
    case "step.blocked":
      return [
        paragraph(strong("Blocked: "), "a person has to say ", inSlack, " how it goes on."),
        ...namedParagraphs(fact.reason, story),
      ];
    case "step.failed":
      // What blocks the step is told once; a run's failure has the same reason as its last step's.
      return fact.notBefore === null && next?.fact.type === "run.failed" && mode === "epic"
        ? [paragraph(strong("Failed: "), named(fact.reason, story))]
        : [];
    case "step.retried":
      return [paragraph(`${nameOfActor(actor, story)} decided: try again.`)];
    case "step.skipped":
      return [paragraph(`${nameOfActor(actor, story)} decided: skip this step.`)];
    case "step.taken":
      return [paragraph(`${nameOfPerson(fact.by, story)} does this step in person now.`)];
    default:
      return [];
  }
}

function asked(question: Question, story: RunStory, inSlack: readonly AdfNode[]): readonly AdfNode[] {
  const { what, why, risk, people, rehearsed: isRehearsed } = question;
  const names = people.map((id) => nameOfPerson(id, story)).join(" or ");
  return [
    paragraph(
      strong(isRehearsed ? "A rehearsed question is open: " : "A question is open: "),
      named(what, story),
    ),
    ...namedParagraphs(why, story),
    paragraph(
      [risk === "low" ? "" : `${risk} risk`, names === "" ? "" : `for ${names}`, "to be answered "]
        .filter((words) => words !== "")
        .join(" · "),
      inSlack,
    ),
  ];
}

/** What an answer answers: a step asks one thing at a time. */
function questionBefore(answerSeq: number, key: string, { facts }: RunStory): Question | null {
  const before = facts.findLast(
    ({ seq, fact }) => seq < answerSeq && fact.type === "step.asked" && fact.key === key,
  );
  return before?.fact.type === "step.asked" ? before.fact.question : null;
}
