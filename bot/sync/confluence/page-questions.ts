import type { Consultation } from "#engine/consultation/consultation.ts";
import type { Answer, Question } from "#engine/consultation/question.ts";
import {
  type Block,
  bold,
  bullets,
  details,
  type Held,
  heading,
  type Inline,
  paragraph,
} from "#integrations/confluence/storage.ts";
import { bare } from "../../slack/blocks/text.ts";
import { lasting } from "../../slack/blocks/times.ts";
import type { RunStory } from "../follower.ts";
import { named, namedLine, nameOfActor, nameOfPerson, timeInWords, titleOfStep } from "./page-words.ts";

const MOST_QUESTIONS = 100;
const MOST_IN_EVIDENCE = 500;

/** Everything that people were asked, and who answered what. */
export function questions(story: RunStory): readonly Block[] {
  const asked = story.questions.filter(({ question }) => question !== null);
  if (asked.length === 0) return [paragraph("Nobody has been asked anything.")];
  const shown = asked.slice(-MOST_QUESTIONS);
  const earlier = asked.length - shown.length;
  return [
    ...(earlier > 0 ? [paragraph(`${earlier} earlier questions are in Countersign.`)] : []),
    ...shown.flatMap((one) => (one.question === null ? [] : about(one, one.question, story))),
  ];
}

function about(consultation: Consultation, question: Question, story: RunStory): readonly Block[] {
  const { openedAt, origin } = consultation;
  const { what, why, risk, options, rehearsed } = question;
  const rows: readonly (readonly [Inline, Held] | null)[] = [
    ["Answer", outcomeOf(consultation, story)],
    [
      "Asked",
      `${timeInWords(openedAt)}${origin === null ? "" : `, in step ${titleOfStep(origin.key, story)}`}`,
    ],
    ["Asked by", askerOf(consultation, story)],
    ["Put to", askedOf(consultation, story)],
    why === "" ? null : ["Why", named(why, story)],
    ["Risk", risk],
    options.length === 0 ? null : ["Options", bullets(options.map(({ label }) => bare(label, 75)))],
    question.evidence.length === 0 ? null : ["Evidence", evidenceOf(question, story)],
  ];
  return [
    heading(3, `${rehearsed ? "Rehearsed: " : ""}${namedLine(what, story, 300)}`),
    details(rows.filter((row) => row !== null)),
  ];
}

function askerOf({ id, requester }: Consultation, story: RunStory): string {
  const step = story.run.steps.find(({ consultationId }) => consultationId === id);
  const agent = step?.outsideAgent ?? story.brief.agent;
  const person = nameOfPerson(requester, story);
  return agent === undefined ? person : `${nameOfActor(`agent:${agent}`, story)}, for ${person}`;
}

function askedOf({ policy }: Consultation, story: RunStory): string {
  const named = policy?.people ?? [];
  if (named.length === 0) return "the full members of the goal's channel in Slack";
  return named.map((id) => nameOfPerson(id, story)).join(" or ");
}

/** Short facts as they are; longer evidence (a diff, a log) by its name: the whole of it is in Slack. */
function evidenceOf({ evidence }: Question, story: RunStory): Block {
  return bullets(
    evidence.map(({ kind, label, text }) =>
      kind === "line"
        ? [bold(`${bare(label, 60)}: `), namedLine(text, story, MOST_IN_EVIDENCE)]
        : `${bare(label, 60) || kind} (in Slack)`,
    ),
  );
}

function outcomeOf(consultation: Consultation, story: RunStory): Inline {
  const { state, answer, openedAt, expiresAt, endedAt, reason } = consultation;
  switch (state) {
    case "open":
      return `Still open, until ${timeInWords(expiresAt)}`;
    case "expired":
      return `Nobody answered in ${lasting(expiresAt - openedAt)}`;
    case "withdrawn": {
      const why = reason === null ? "" : `: ${namedLine(reason, story)}`;
      return `Withdrawn ${timeInWords(endedAt ?? openedAt)}${why}`;
    }
    case "settled":
      return answer === null ? "Settled" : answerOf(consultation.question, answer, story);
  }
}

function answerOf(question: Question | null, answer: Answer, story: RunStory): Inline {
  const { by, at, note, attachments = [], byToken } = answer;
  const how = byToken ? ", over the API" : "";
  const head = `${decisionOf(question, answer)} by ${nameOfPerson(by, story)}, ${timeInWords(at)}${how}`;
  const files = attachments.map(({ name, url }) => `\n${bare(name, 200)}: ${bare(url, 500)}`).join("");
  return [bold(head), note === "" ? "" : `\n${named(note, story)}`, files];
}

/** "Approved", "Chosen: “The second”". */
export function decisionOf(question: Question | null, { decision, alone }: Answer): string {
  const option = question?.options.find(({ key }) => key === decision);
  if (option) return `“${bare(option.label, 75)}” chosen`;
  switch (decision) {
    case "approve":
      if (question?.rehearsed) return "Approved in rehearsal (it decides nothing)";
      return alone ? "Approved alone (nobody else could)" : "Approved";
    case "reject":
      return "Rejected";
    case "request_changes":
      return "Changes asked for";
    case "done":
      return "Called done";
    default:
      return "Answered";
  }
}
