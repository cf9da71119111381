import type { Block, KnownBlock } from "@slack/types";
import { z } from "zod";

/** Of at most 3000 characters each, which is what Slack takes in one. */
const MOST_SECTIONS = 10;
const MOST_BLOCKS = 50;
/** `chat.update` refuses longer texts; beside blocks the text is only what a lock screen shows. */
const MOST_TEXT = 3_900;

const SlackBlock = z.custom<KnownBlock | Block>(
  (value) => z.looseObject({ type: z.string() }).safeParse(value).success,
);

/** What `wantMessage` wrote into the row. */
const Wanted = z.object({
  text: z.string(),
  blocks: z.array(SlackBlock),
  plainBlocks: z.array(SlackBlock).optional(),
  mentions: z.array(z.string()).optional(),
});

/** One way to show a message. */
export type Form = {
  readonly text: string;
  readonly blocks: (KnownBlock | Block)[];
  readonly plain: boolean;
};

/**
 * The ways to show what a row desires, the best first: its blocks, its plain blocks, its text in sections. The first one is
 * left out where Slack refused it before. In each of them every one of the `mentions` is mentioned. Empty where the row holds
 * something else than `wantMessage` writes.
 */
export function toForms(desired: unknown, isPlain: boolean): readonly Form[] {
  const read = Wanted.safeParse(desired);
  if (!read.success) return [];
  const { text, blocks, plainBlocks, mentions = [] } = read.data;
  const short = cut(text, MOST_TEXT);
  const toForm = (shown: readonly (KnownBlock | Block)[], plain: boolean): Form => ({
    text: short,
    blocks: withMentions(shown, mentions),
    plain,
  });
  return [
    ...(isPlain || blocks.length === 0 ? [] : [toForm(blocks, false)]),
    ...(plainBlocks === undefined || plainBlocks.length === 0 ? [] : [toForm(plainBlocks, true)]),
    toForm(toSections(text), blocks.length > 0),
  ];
}

/** The blocks that Slack's sentences point at (`[json-pointer:/blocks/3/text]`); all of them where they point at none. */
export function refusedBlocks(detail: readonly string[], blocks: readonly unknown[]): readonly unknown[] {
  const indexes = detail.flatMap((sentence) =>
    [...sentence.matchAll(/\/blocks\/(\d+)/g)].map((match) => Number(match[1])),
  );
  return indexes.length === 0 ? blocks : [...new Set(indexes)].map((index) => blocks[index]);
}

function withMentions(
  blocks: readonly (KnownBlock | Block)[],
  mentions: readonly string[],
): (KnownBlock | Block)[] {
  const written = JSON.stringify(blocks);
  const missing = mentions.filter(
    (id) => !written.includes(`<@${id}>`) && !written.includes(`"user_id":"${id}"`),
  );
  if (missing.length === 0 || blocks.length >= MOST_BLOCKS) return [...blocks];
  const text = missing.map((id) => `<@${id}>`).join(" ");
  return [...blocks, { type: "context", elements: [{ type: "mrkdwn", text }] }];
}

/** The pattern takes the second half of a letter along rather than cutting it in two. */
function toSections(text: string): readonly KnownBlock[] {
  const parts = text.match(/[\s\S]{1,2999}[\uDC00-\uDFFF]?/g) ?? ["…"];
  return parts
    .slice(0, MOST_SECTIONS)
    .map((part) => ({ type: "section", text: { type: "mrkdwn", text: part } }));
}

/** Counts as Slack may: by UTF-16 units, and never through the middle of a letter. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
