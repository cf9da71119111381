import { randomBytes } from "node:crypto";
import type { AnyBlock } from "@slack/types";
import { z } from "zod";

/** Something a person can use, as far as it is known without its type. */
export const Element = z.looseObject({ type: z.string(), action_id: z.string().optional() });
export type Element = z.infer<typeof Element>;

/** A block with what is inside it, as far as it is known without its type. */
const Outer = z.looseObject({
  type: z.string(),
  block_id: z.string().optional(),
  elements: z.array(z.unknown()).optional(),
  element: z.unknown().optional(),
  accessory: z.unknown().optional(),
  actions: z.array(z.unknown()).optional(),
  child_blocks: z.array(z.unknown()).optional(),
  tasks: z.array(z.unknown()).optional(),
});
export type Outer = z.infer<typeof Outer>;

/** A block anywhere in a payload, and the JSON pointer to it. */
export type Found = { readonly block: Outer; readonly pointer: string };

/** Every block, also those inside of containers, plans and carousels. What is no block is left out. */
export function walkBlocks(blocks: readonly unknown[], base: string): Found[] {
  return blocks.flatMap((raw, index) => {
    const read = Outer.safeParse(raw);
    if (!read.success) return [];
    const block = read.data;
    const pointer = `${base}/${index}`;
    return [
      { block, pointer },
      ...walkBlocks(block.child_blocks ?? [], `${pointer}/child_blocks`),
      ...walkBlocks(block.tasks ?? [], `${pointer}/tasks`),
      ...(block.type === "carousel" ? walkBlocks(block.elements ?? [], `${pointer}/elements`) : []),
    ];
  });
}

/** What a person can use in one block: buttons, menus, fields. */
export function elementsOf(block: Outer): Element[] {
  const listed = ["actions", "context_actions"].includes(block.type) ? (block.elements ?? []) : [];
  const inside = [...listed, ...(block.actions ?? []), block.accessory, block.element];
  return inside.flatMap((raw) => {
    const read = Element.safeParse(raw);
    return read.success && read.data.type !== "image" ? [read.data] : [];
  });
}

const Offered = z.object({
  options: z.array(z.unknown()).optional(),
  option_groups: z.array(z.object({ options: z.array(z.unknown()) })).optional(),
});

/** The choices that an element offers, those in groups too. */
export function offeredBy(element: Element): unknown[] {
  const read = Offered.safeParse(element);
  if (!read.success) return [];
  const { options = [], option_groups: groups = [] } = read.data;
  return [...options, ...groups.flatMap((group) => group.options)];
}

/** The same blocks with a `block_id` and `action_id` wherever the app gave none, as Slack stores them. */
export function withIds(blocks: readonly AnyBlock[]): AnyBlock[] {
  return blocks.map((block) => ({ ...block, ...fill(block) }));
}

/** An id as Slack gives one to a block or element that has none. */
export function newBlockId(): string {
  return randomBytes(4).toString("base64url").slice(0, 5);
}

const NEED_BLOCK_ID = new Set(["child_blocks", "tasks"]);
const NEED_ACTION_ID = new Set(["accessory", "element"]);

function fill(block: object): object {
  const entries = Object.entries(block).map(([key, value]) => [key, fillPart(block, key, value)]);
  return { block_id: newBlockId(), ...Object.fromEntries(entries) };
}

function fillPart(block: object, key: string, value: unknown): unknown {
  const type = "type" in block ? block.type : undefined;
  const holdsBlocks = NEED_BLOCK_ID.has(key) || (key === "elements" && type === "carousel");
  if (holdsBlocks && Array.isArray(value)) return value.map((child) => fill(child));
  const holdsElements = key === "actions" || (key === "elements" && /actions$/.test(String(type)));
  if (holdsElements && Array.isArray(value)) return value.map((element) => named(element));
  return NEED_ACTION_ID.has(key) ? named(value) : value;
}

function named(element: unknown): unknown {
  const read = Element.safeParse(element);
  if (!read.success || read.data.type === "image" || read.data.action_id !== undefined) return element;
  return { ...read.data, action_id: newBlockId() };
}
