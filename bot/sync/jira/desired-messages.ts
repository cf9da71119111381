import { hasEnded, isActive, type Step } from "#engine/run/run.ts";
import { type Adf, doc, oneLine, paragraph, strong } from "#integrations/jira/adf.ts";
import type { AdfNode } from "#integrations/jira/adf-node.ts";
import { agentOf } from "../../slack/blocks/who.ts";
import type { RunStory } from "../follower.ts";
import { namedLine } from "./words.ts";

/** The comment that gathers what agents said, and up to which fact it goes. */
export type DesiredMessages = { readonly upTo: number; readonly body: () => Adf };

/** While a run goes on, the comment is written at most this often. */
const EVERY_MS = 30_000;
const MOST_IN_MESSAGE = 1_000;
/** Jira takes 32 767 characters of JSON; some are left for what stands around the messages. */
const MOST_IN_ALL = 31_000;

type Message = { readonly seq: number; readonly step: Step; readonly content: string };

/** What agents said in this run: notes while they worked, and a line for what each of them left. Null where nobody said anything. */
export function desiredMessages(story: RunStory): DesiredMessages | null {
  const messages = messagesOf(story);
  const last = messages.at(-1);
  return last ? { upTo: last.seq, body: () => messagesDoc(messages, story) } : null;
}

/** Whether it is time to write it: at the end, when everything waits for people, else every half minute. `writtenAt`: ms since 1970. */
export const isTimeForMessages = ({ run }: RunStory, writtenAt: number, now: number): boolean =>
  hasEnded(run) || !isActive(run) || Math.abs(now - writtenAt) >= EVERY_MS;

function messagesOf({ facts, run }: RunStory): readonly Message[] {
  const steps = new Map(run.steps.map((step) => [step.key, step]));
  return facts.flatMap(({ seq, fact }) => {
    if (fact.type !== "step.progressed" && fact.type !== "step.succeeded") return [];
    const step = steps.get(fact.key);
    const content = fact.type === "step.progressed" ? fact.note : fact.output.summary;
    const isSaid = step?.agent.kind !== "command" || fact.type === "step.succeeded"; // what a command prints is no message
    return step && isSaid && step.agent.kind !== "person" && content.trim() !== ""
      ? [{ seq, step, content }]
      : [];
  });
}

/** The newest ones, as many as fit. */
function messagesDoc(messages: readonly Message[], story: RunStory): Adf {
  const kept: AdfNode[] = [];
  let left = MOST_IN_ALL;
  for (const message of messages.toReversed()) {
    const line = lineOf(message, story);
    left -= JSON.stringify(line).length + 1;
    if (left < 0) break;
    kept.unshift(line);
  }
  const missing = messages.length - kept.length;
  return doc([
    paragraph(strong("What the agents said")),
    ...(missing > 0
      ? [paragraph(`… (cut: ${missing} earlier ${missing === 1 ? "message" : "messages"})`)]
      : []),
    ...kept,
  ]);
}

/** "[Coder · claude-opus-5-5] Wrote the check" (S4-61). */
function lineOf({ step, content }: Message, story: RunStory): AdfNode {
  const agent = oneLine(agentOf(step, story.run, story.context).replaceAll("`", ""), 80);
  return paragraph(`[${agent}] ${namedLine(content, MOST_IN_MESSAGE, story)}`);
}
