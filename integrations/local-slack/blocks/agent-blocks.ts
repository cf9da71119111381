import { z } from "zod";
import { Button, ContextAction } from "./buttons.ts";
import { RichText } from "./rich-text.ts";
import { anyText, Id, ImageElement, markedText, Url, words } from "./text.ts";

const block_id = Id.optional();

/** Titles are plain strings: an object is rejected, measured against a real workspace. */
const title = words(256);

const TaskCard = z.strictObject({
  type: z.literal("task_card"),
  block_id,
  task_id: Id,
  title,
  status: z.enum(["pending", "in_progress", "complete", "error"]),
  details: RichText.optional(),
  output: RichText.optional(),
  sources: z.array(z.strictObject({ type: z.literal("url"), url: Url, text: words(256) })).optional(),
});

const Card = z
  .strictObject({
    type: z.literal("card"),
    block_id,
    hero_image: ImageElement.optional(),
    icon: ImageElement.optional(),
    title: markedText(150).optional(),
    subtitle: markedText(150).optional(),
    body: markedText(200).optional(),
    actions: z.array(Button).min(1).max(3).optional(),
  })
  .refine(
    (card) => [card.hero_image, card.title, card.body, card.actions].some((part) => part !== undefined),
    "must define `hero_image`, `title`, `body` or `actions`",
  );

/** Blocks of 2026 for work in progress. In messages only. */
export const AGENT_BLOCKS = [
  TaskCard,
  z.strictObject({ type: z.literal("plan"), block_id, title, tasks: z.array(TaskCard).max(50).optional() }),
  Card,
  z.strictObject({ type: z.literal("carousel"), block_id, elements: z.array(Card).min(1).max(10) }),
  z.strictObject({
    type: z.literal("context_actions"),
    block_id,
    elements: z.array(ContextAction).min(1).max(5),
  }),
] as const;

/** In modals only. */
export const Alert = z.strictObject({
  type: z.literal("alert"),
  block_id,
  text: anyText(200),
  level: z.enum(["default", "info", "warning", "error", "success"]).optional(),
});
