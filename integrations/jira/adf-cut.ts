import type { AdfNode } from "./adf-node.ts";

/** What Jira takes in a description or a comment, as it counts: the document as JSON. */
export const MOST_TEXT = 32_767;
/** What stands around the blocks: {"version":1,"type":"doc","content":[]}. */
const AROUND = 44;
/** Shorter than this a long text is not made for others' sake; then the end of the document goes. */
const LEAST_TEXT = 200;

/**
 * Blocks that fit: the longest texts are cut first, so that everything is there in part; where that is not enough, the end goes.
 * Whatever is cut says so.
 */
export function cutBlocks(blocks: readonly AdfNode[], most: number): readonly AdfNode[] {
  const room = most - AROUND;
  if (sizeOf(blocks) <= room) return blocks;
  const longest = longestThatFits(blocks, room);
  if (longest !== null) return blocks.map((block) => shorten(block, longest));
  const note = { type: "paragraph", content: [{ type: "text", text: "… (cut: the rest is in Slack)" }] };
  const short = blocks.map((block) => shorten(block, LEAST_TEXT));
  return [...fitting(short, room - sizeOf([note])), note];
}

const sizeOf = (value: unknown): number => JSON.stringify(value).length;

/** How long texts may be at most so that all of them fit; null where there are too many. */
function longestThatFits(blocks: readonly AdfNode[], room: number): number | null {
  const fits = (most: number) => sizeOf(blocks.map((block) => shorten(block, most))) <= room;
  if (!fits(LEAST_TEXT)) return null;
  let [low, high] = [LEAST_TEXT, MOST_TEXT];
  while (high - low > 16) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The node with no text longer than so. */
function shorten(node: AdfNode, most: number): AdfNode {
  if (node.text !== undefined)
    return node.text.length <= most ? node : { ...node, text: cutText(node.text, most) };
  if (!node.content) return node;
  return { ...node, content: node.content.map((child) => shorten(child, most)) };
}

/** At most so many characters, with a word that says how many are missing; never half a character. */
function cutText(text: string, most: number): string {
  const word = (missing: number) => `… (cut: ${missing} more characters)`;
  const kept = Math.max(1, most - word(text.length).length);
  const head = text.slice(0, kept).replace(/[\ud800-\udbff\u200d]+$/, "");
  return `${head}${word(text.length - head.length)}`;
}

/** As many nodes from the beginning as fit; of the first one that does not, what fits. */
function fitting(nodes: readonly AdfNode[], room: number): readonly AdfNode[] {
  const kept: AdfNode[] = [];
  let left = room;
  for (const node of nodes) {
    const size = sizeOf(node) + 1;
    if (size > left) {
      const part = partOf(node, left);
      return part ? [...kept, part] : kept;
    }
    kept.push(node);
    left -= size;
  }
  return kept;
}

function partOf(node: AdfNode, room: number): AdfNode | null {
  if (!node.content) return null;
  const content = fitting(node.content, room - sizeOf({ ...node, content: [] }));
  // A row keeps all its cells, or the table would have holes.
  if (content.length === 0 || (node.type === "tableRow" && content.length < node.content.length)) return null;
  return { ...node, content };
}
