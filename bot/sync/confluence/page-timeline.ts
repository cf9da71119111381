import type { Told } from "#db/story.ts";
import { type Block, paragraph, table } from "#integrations/confluence/storage.ts";
import type { RunStory } from "../follower.ts";
import { decisionOf } from "./page-questions.ts";
import { ends, isoTime, namedLine, nameOfActor, nameOfPerson, titleOfStep } from "./page-words.ts";

const MOST = { first: 50, last: 350 };

/** What happened when, in order. What agents said in between stands under their communication. */
export function timeline(story: RunStory): readonly Block[] {
  const happened = story.facts.flatMap((told) => {
    const what = tell(told, story);
    return what === null ? [] : [[isoTime(told.at), what]];
  });
  const head = ["When", "What"];
  const { first, last, between } = ends(happened, MOST);
  if (between === 0) return [table(head, first)];
  return [
    table(head, first),
    paragraph(`${between} more events between these are in Countersign.`),
    table(head, last),
  ];
}

/** A fact as a sentence; null where it says nothing to people. */
function tell(told: Told, story: RunStory): string | null {
  return "key" in told.fact ? tellStep(told, story) : tellRun(told, story);
}

function tellRun({ fact, actor }: Told, story: RunStory): string | null {
  const by = nameOfActor(actor, story);
  switch (fact.type) {
    case "run.requested":
      return `${by} asked for it${fact.brief.feedback === null ? "" : " once more"}`;
    case "plan.proposed":
      return `Planned: ${fact.plan.length} ${fact.plan.length === 1 ? "step" : "steps"}`;
    case "plan.troubled":
      return `The planner is stuck: ${namedLine(fact.reason, story)}`;
    case "plan.retried":
      return `${by} had it planned again`;
    case "run.started":
      return actor.startsWith("person:") ? `Started by ${by}` : "Started";
    case "run.guided":
      return `${nameOfPerson(fact.guidance.by, story)} gave guidance`;
    case "run.succeeded":
      return "The goal is reached";
    case "run.failed":
      return `Failed: ${namedLine(fact.reason, story)}`;
    case "run.cancelled":
      return `Cancelled: ${namedLine(fact.reason, story)}`;
    case "steps.reopened": {
      const titles = fact.keys.map((key) => titleOfStep(key, story)).join(", ");
      return `${nameOfPerson(fact.guidance.by, story)} sent back: ${titles}`;
    }
    default:
      return null;
  }
}

function tellStep({ fact, actor }: Told, story: RunStory): string | null {
  if (!("key" in fact)) return null;
  const title = titleOfStep(fact.key, story);
  const by = nameOfActor(actor, story);
  switch (fact.type) {
    case "attempt.began":
      return `${title}: attempt ${fact.attempt} began${fact.by === undefined ? "" : ` (${nameOfActor(`agent:${fact.by}`, story)})`}`;
    case "attempt.lost":
      return `${title}: the attempt was lost: ${namedLine(fact.reason, story)}`;
    case "step.asked":
      return `${title} asks: ${namedLine(fact.question.what, story)}`;
    case "step.answered": {
      const question = story.run.steps.find(({ key }) => key === fact.key)?.question ?? null;
      return `${title}: ${decisionOf(question, fact.answer)} by ${nameOfPerson(fact.answer.by, story)}`;
    }
    case "step.failed":
      return `${title} failed: ${namedLine(fact.reason, story)}${fact.notBefore === null ? "" : " (it is tried again)"}`;
    case "step.blocked":
      return `${title} is blocked: ${namedLine(fact.reason, story)}`;
    case "step.retried":
      return `${by} had ${title} tried again`;
    case "step.skipped":
      return `${by} skipped ${title}`;
    case "step.taken":
      return `${nameOfPerson(fact.by, story)} took ${title}`;
    case "step.succeeded":
      return `${title} is done`;
    default:
      return null;
  }
}
