import type { AnyBlock } from "@slack/types";
import { showBlocks } from "#integrations/local-slack/page/blocks/blocks.ts";
import { READER } from "#test/support/page-reader.ts";

/** The markup of blocks as Alice sees them. Takes any shape, also such as Slack would refuse. */
export async function drawn(...blocks: object[]): Promise<string> {
  return String(await showBlocks(blocks as AnyBlock[], { reader: READER, key: "t" }));
}

/** An actions block around one element. */
export const actions = (element: object) => ({ type: "actions", block_id: "b", elements: [element] });
