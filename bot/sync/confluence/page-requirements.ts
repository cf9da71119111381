import { type Block, bullets, paragraph } from "#integrations/confluence/storage.ts";
import { lasting } from "../../slack/blocks/times.ts";
import type { RunStory } from "../follower.ts";
import { named, nameOfPerson } from "./page-words.ts";

/** What was asked of the work, and the rules under which it is done. */
export function requirements(story: RunStory): readonly Block[] {
  const { brief } = story;
  const asked = brief.requirements.map((one) => named(one, story));
  const none = [paragraph("None beside the goal itself.")];
  return [
    ...(asked.length === 0 ? none : [bullets(asked)]),
    paragraph("The rules of this run:"),
    bullets(rulesOf(story)),
  ];
}

function rulesOf(story: RunStory): readonly string[] {
  const { maxTimeMs, testsMustPass, securityAudit, fourEyes, reviewers, priority } = story.brief;
  const names = reviewers.map((id) => nameOfPerson(id, story));
  return [
    `At most ${lasting(maxTimeMs)} of working time`,
    testsMustPass ? "The tests must pass" : "",
    securityAudit ? "A step looks for weaknesses" : "",
    names.length === 0 ? "" : `Reviewed by ${names.join(" or ")}`,
    FOUR_EYES[fourEyes],
    priority === "normal" ? "" : `Priority: ${priority}`,
  ].filter((rule) => rule !== "");
}

const FOUR_EYES = {
  always: "Whoever asked never approves it",
  when_possible: "Whoever asked approves it only where nobody else can",
  never: "Whoever asked may approve it",
} as const;
