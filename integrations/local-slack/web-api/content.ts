import type { AnyBlock } from "@slack/types";
import { z } from "zod";
import type { Surface } from "../blocks/blocks.ts";
import { checkBlocks } from "../blocks/check.ts";
import { toSentence } from "../blocks/flaw.ts";
import { newBlockId, withIds } from "../blocks/walk.ts";
import { SlackError } from "../failure.ts";
import type { Slack } from "../slack.ts";
import { Metadata } from "../state/records.ts";

/** Slack cuts longer texts of new messages off here. */
const TEXT_MOST = 40_000;
const MARKDOWN_MOST = 12_000;

/** The arguments with which a message says something. */
export const contentArgs = {
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  markdown_text: z.string().optional(),
  attachments: z.unknown().optional(),
  metadata: z.unknown().optional(),
};
const Content = z.object(contentArgs);

/** What a message shows. */
export type Shown = { readonly text: string; readonly blocks: AnyBlock[] | undefined };

/** What these arguments show. Throws Slack's codes: `no_text`, `invalid_blocks`, `msg_too_long` and their like. */
export function readContent(slack: Slack, given: z.infer<typeof Content>): Shown {
  refuseAttachments(given.attachments);
  if (given.markdown_text !== undefined) return readMarkdown(given, given.markdown_text);
  const blocks = readBlocks(slack, given.blocks, "message");
  const text = given.text ?? "";
  if (text === "" && (blocks === undefined || blocks.length === 0)) throw new SlackError("no_text");
  return { text: text.slice(0, TEXT_MOST), blocks: blocks?.length === 0 ? undefined : blocks };
}

/** Blocks with all their ids; undefined where none were given. Throws where Slack would refuse them, and logs why. */
export function readBlocks(slack: Slack, value: unknown, surface: Surface): AnyBlock[] | undefined {
  if (value === undefined || value === "") return undefined;
  if (!Array.isArray(value)) throw new SlackError("invalid_blocks_format");
  const flaws = checkBlocks(value, surface);
  if (flaws.length === 0) return withIds(value);
  const sentences = flaws.map(toSentence);
  slack.log(`local-slack: invalid_blocks: ${sentences.join("; ")}`);
  throw new SlackError("invalid_blocks", {
    errors: sentences,
    response_metadata: { messages: sentences.map((sentence) => `[ERROR] ${sentence}`) },
  });
}

/** Metadata as it was handed in; undefined where it was not, or where it is empty, which removes it. */
export function readMetadata(value: unknown): Metadata | undefined {
  if (value === undefined || value === "" || isEmpty(value)) return undefined;
  if (typeof value !== "object") throw new SlackError("invalid_metadata_format");
  const read = Metadata.safeParse(value);
  if (!read.success) throw new SlackError("invalid_metadata_schema");
  return read.data;
}

function readMarkdown(given: z.infer<typeof Content>, markdown: string): Shown {
  if (given.text !== undefined || given.blocks !== undefined) throw new SlackError("markdown_text_conflict");
  if (markdown.length > MARKDOWN_MOST) throw new SlackError("msg_too_long");
  if (markdown === "") throw new SlackError("no_text");
  return { text: markdown, blocks: [{ type: "markdown", text: markdown, block_id: newBlockId() }] };
}

/** Old, and not played here: an app that sends them must not believe that somebody saw them. */
function refuseAttachments(value: unknown): void {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return;
  throw new SlackError("invalid_attachments");
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
