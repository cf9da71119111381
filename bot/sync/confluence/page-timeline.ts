import type { Told } from "#db/story.ts";
import { type Block, paragraph, table } from "#integrations/confluence/storage.ts";
import type { RunStory } from "../follower.ts";
import { decisionOf } from "./page-questions.ts";
import { ends, namedLine, nameOfActor, nameOfPerson, rowTime, titleOfStep, WHEN } from "./page-words.ts";

const MOST = { first: 50, last: 350 };

/** What happened when, in order. What agents said in between stands under their communication. */
export function timeline(story: RunStory): readonly Block[] {
  const happened = story.facts.flatMap((told) => {
    const what = tell(told, story);
    return what === null ? [] : [[rowTime(told.at), what]];
  });
  const head = [WHEN, "What"];
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
      return beganIn(fact, story);
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

/** A person is asked rather than begins; what goes on after an answer is no news. */
function beganIn(
  { key, attempt, by }: Extract<Told["fact"], { type: "attempt.began" }>,
  story: RunStory,
): string | null {
  const step = story.run.steps.find((one) => one.key === key);
  if (step?.agent.kind === "person") return null;
  const who = by === undefined ? "" : ` (${nameOfActor(`agent:${by}`, story)})`;
  return `${titleOfStep(key, story)} began${attempt === 1 ? "" : `, attempt ${attempt}`}${who}`;
}
