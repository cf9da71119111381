import type { Answer, Question } from "#engine/consultation/question.ts";
import { paragraph, strong } from "#integrations/jira/adf.ts";
import type { AdfNode } from "#integrations/jira/adf-node.ts";
import type { RunStory } from "../follower.ts";
import { namedLine, namedParagraphs, nameOfPerson } from "./words.ts";

/** Who decided what, with their note. */
export function answered(answer: Answer, question: Question | null, story: RunStory): readonly AdfNode[] {
  const what = question === null ? "" : ` “${namedLine(question.what, 300, story)}”`;
  return [paragraph(strong(decided(answer, question, story)), what), ...namedParagraphs(answer.note, story)];
}

function decided(answer: Answer, question: Question | null, story: RunStory): string {
  const who = nameOfPerson(answer.by, story);
  const option = question?.options.find(({ key }) => key === answer.decision);
  if (option) return `${who} chose “${namedLine(option.label, 75, story)}”:`;
  switch (answer.decision) {
    case "approve":
      if (question?.rehearsed) return `Rehearsed approval by ${who}, which decides nothing:`;
      return answer.alone ? `Approved alone by ${who}, who asked:` : `Approved by ${who}:`;
    case "reject":
      return `Rejected by ${who}:`;
    case "request_changes":
      return `Changes asked for by ${who}:`;
    case "done":
      return `Called done by ${who}:`;
    default:
      return `Answered by ${who}:`;
  }
}
