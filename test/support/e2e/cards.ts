import { z } from "zod";
import { seen } from "#test/support/read-card.ts";

const Text = z.object({ text: z.string() });
const Usable = z.looseObject({
  type: z.enum(["button", "overflow"]),
  action_id: z.string(),
  text: Text.optional(),
  value: z.string().optional(),
  options: z.array(z.object({ text: Text, value: z.string() })).optional(),
});
const Message = z.looseObject({
  ts: z.string(),
  text: z.string(),
  user: z.string(),
  thread_ts: z.string().optional(),
  blocks: z.array(z.looseObject({ type: z.string(), block_id: z.string().optional() })).default([]),
});

/** Something on a card that can be pressed: a button, or one choice of an overflow menu. */
export type Pressable = {
  readonly label: string;
  readonly actionId: string;
  readonly blockId: string | undefined;
  /** Of a menu: which choice. */
  readonly choice: string | undefined;
};

/** A message as somebody reads it. */
export type Card = {
  readonly channel: string;
  readonly ts: string;
  readonly thread: string | undefined;
  readonly user: string;
  /** What a lock screen shows, marks included. */
  readonly text: string;
  /** Its blocks as lines that a person reads; the text itself where it has none. */
  readonly shown: string;
  readonly pressables: readonly Pressable[];
  readonly buttons: readonly string[];
  /** The blocks as Slack keeps them. */
  readonly blocks: readonly object[];
};

/** A message of a channel (or of the ephemerals there) as a card. */
export function toCard(channel: string, message: unknown): Card {
  const { ts, text, user, thread_ts: thread, blocks } = Message.parse(message);
  const pressables = pressablesIn(blocks);
  const shown = blocks.length === 0 ? text : seen(blocks);
  const buttons = pressables.map(({ label }) => label);
  return { channel, ts, thread, user, text, shown, pressables, buttons, blocks };
}

/** Everything in these blocks that can be pressed, in their order. */
export const pressablesIn = (
  blocks: readonly { readonly block_id?: string | undefined }[],
): readonly Pressable[] =>
  blocks.flatMap((block) => objectsIn(block).flatMap((one) => toPressables(one, block.block_id)));

function toPressables(candidate: object, blockId: string | undefined): readonly Pressable[] {
  const read = Usable.safeParse(candidate);
  if (!read.success) return [];
  const { action_id: actionId, text, options = [] } = read.data;
  if (text) return [{ label: text.text, actionId, blockId, choice: undefined }];
  return options.map((option) => ({ label: option.text.text, actionId, blockId, choice: option.value }));
}

function objectsIn(value: unknown): readonly object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}
