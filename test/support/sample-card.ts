import type { AnyBlock, MrkdwnElement, PlainTextElement } from "@slack/types";

/** A message of ours as it would be posted: a name for tests, the text of a lock screen, the blocks. */
export type SampleCard = {
  readonly name: string;
  readonly text: string;
  readonly blocks: readonly AnyBlock[];
};

/** A plain text object. */
export const words = (text: string): PlainTextElement => ({ type: "plain_text", text });

/** A mrkdwn text object. */
export const marks = (text: string): MrkdwnElement => ({ type: "mrkdwn", text });
