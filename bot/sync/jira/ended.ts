import type { RunFact } from "#engine/run/facts.ts";
import { endingOf, isApproval, type Run } from "#engine/run/run.ts";
import { bulletList, paragraph, strong } from "#integrations/jira/adf.ts";
import type { AdfNode } from "#integrations/jira/adf-node.ts";
import { inFinishingOrder } from "../../slack/blocks/ending.ts";
import { changesOf, testsOf } from "../../slack/blocks/step-words.ts";
import { lasting } from "../../slack/blocks/times.ts";
import type { RunStory } from "../follower.ts";
import { named, namedLine, nameOfPerson } from "./words.ts";

type Ended = Extract<RunFact, { readonly type: "run.succeeded" | "run.failed" | "run.cancelled" }>;

const MOST_SUMMARIES = 50;

/** How a run ended: after how long, with what in numbers, and what each step left. */
export function ended(fact: Ended, story: RunStory): readonly AdfNode[] {
  const { run } = story;
  const took = lasting((run.endedAt ?? 0) - (run.requestedAt ?? 0));
  switch (fact.type) {
    case "run.succeeded":
      return [paragraph(strong(`${headOf(run)} in ${took}`), numbers(story)), ...summaries(story)];
    case "run.failed":
      return [paragraph(strong(`Failed after ${took}: `), named(fact.reason, story)), ...summaries(story)];
    case "run.cancelled":
      return [paragraph(strong(`Cancelled after ${took}: `), named(fact.reason, story))];
  }
}

function headOf(run: Run): string {
  switch (endingOf(run)) {
    case "Rehearsed":
      return "Rehearsed (nothing was changed)";
    case "Answered":
      return "Answered (written, not applied)";
    case "Done":
    case "Failed":
    case "Cancelled":
    case null:
      return "Done";
  }
}

/** " · 214 tests passed · +58 −2 in 3 files · approved by Bob". */
function numbers(story: RunStory): string {
  const { run } = story;
  if (run.brief?.rehearsed) return "";
  const steps = inFinishingOrder(run);
  const approvers = steps.filter(isApproval).flatMap(({ answer }) => (answer === null ? [] : [answer.by]));
  const names = [...new Set(approvers)].map((id) => nameOfPerson(id, story));
  return [
    steps.map(testsOf).findLast(Boolean) ?? "",
    steps.map(changesOf).findLast(Boolean) ?? "",
    names.length === 0 ? "" : `approved by ${names.join(" and ")}`,
  ]
    .filter((words) => words !== "")
    .map((words) => ` · ${words}`)
    .join("");
}

/** What each step left, in a line; the last ones where there are many. */
function summaries(story: RunStory): readonly AdfNode[] {
  const lines = inFinishingOrder(story.run).flatMap(({ title, output }) =>
    (output?.summary ?? "") === "" ? [] : [namedLine(`${title}: ${output?.summary}`, 600, story)],
  );
  return lines.length === 0 ? [] : [bulletList(lines.slice(-MOST_SUMMARIES))];
}
