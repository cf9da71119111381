import { z } from "zod";
import { AGENT_BLOCKS, Alert } from "./agent-blocks.ts";
import { Button, Overflow, WorkflowButton } from "./buttons.ts";
import { BOXES, MULTI_SELECTS, SELECTS } from "./choices.ts";
import { DateTimePicker, PICKERS, RichTextInput, TYPED_FIELDS } from "./fields.ts";
import { RichText } from "./rich-text.ts";
import { DataTable, Table } from "./tables.ts";
import { anyText, hasOneSource, Id, ImageElement, pictureSource, plainText, Url, words } from "./text.ts";

const block_id = Id.optional();

const Actions = z.strictObject({
  type: z.literal("actions"),
  block_id,
  elements: z
    .array(
      z.discriminatedUnion("type", [
        Button,
        WorkflowButton,
        Overflow,
        ...SELECTS,
        ...BOXES,
        ...PICKERS,
        DateTimePicker,
        RichTextInput,
      ]),
    )
    .min(1)
    .max(25),
});

const Context = z.strictObject({
  type: z.literal("context"),
  block_id,
  elements: z
    .array(z.discriminatedUnion("type", [ImageElement, anyText(3000)]))
    .min(1)
    .max(10),
});

const Divider = z.strictObject({ type: z.literal("divider"), block_id });

const File = z.strictObject({
  type: z.literal("file"),
  block_id,
  external_id: Id,
  source: z.literal("remote"),
});

const Header = z.strictObject({ type: z.literal("header"), block_id, text: plainText(150) });

const Image = z
  .strictObject({
    type: z.literal("image"),
    block_id,
    alt_text: words(2000),
    title: plainText(2000).optional(),
    ...pictureSource,
  })
  .refine(hasOneSource, "must define either `image_url` or `slack_file`");

const Input = z.strictObject({
  type: z.literal("input"),
  block_id,
  label: plainText(2000),
  hint: plainText(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: z.discriminatedUnion("type", [
    ...TYPED_FIELDS,
    ...SELECTS,
    ...MULTI_SELECTS,
    ...BOXES,
    ...PICKERS,
    DateTimePicker,
    RichTextInput,
  ]),
});

const Markdown = z.strictObject({ type: z.literal("markdown"), block_id, text: words(12_000) });

const Section = z
  .strictObject({
    type: z.literal("section"),
    block_id,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: z
      .discriminatedUnion("type", [
        Button,
        WorkflowButton,
        Overflow,
        ImageElement,
        ...SELECTS,
        ...MULTI_SELECTS,
        ...BOXES,
        ...PICKERS,
      ])
      .optional(),
    expand: z.boolean().optional(),
  })
  .refine(
    (section) => section.text !== undefined || section.fields !== undefined,
    "must define either `text` or `fields`",
  );

const Video = z.strictObject({
  type: z.literal("video"),
  block_id,
  alt_text: words(2000),
  title: plainText(200),
  title_url: Url.optional(),
  description: plainText(200).optional(),
  thumbnail_url: Url,
  video_url: Url,
  author_name: words(50).optional(),
  provider_name: z.string().optional(),
  provider_icon_url: Url.optional(),
});

const EVERYWHERE = [Actions, Context, Divider, Header, Image, Input, RichText, Section, Video] as const;

const Container = z.strictObject({
  type: z.literal("container"),
  block_id,
  title: plainText(150).optional(),
  rich_text_title: RichText.optional(),
  subtitle: anyText(150).optional(),
  child_blocks: z
    .array(z.discriminatedUnion("type", [...EVERYWHERE, File, Table]))
    .min(1)
    .max(10),
  width: z.enum(["narrow", "standard", "wide", "full"]).optional(),
  icon: ImageElement.optional(),
  is_collapsible: z.boolean().optional(),
  default_collapsed: z.boolean().optional(),
  has_header_divider: z.boolean().optional(),
});

/** What may stand where. */
export const SURFACES = {
  message: z
    .array(
      z.discriminatedUnion("type", [
        ...EVERYWHERE,
        Container,
        File,
        Markdown,
        Table,
        DataTable,
        ...AGENT_BLOCKS,
      ]),
    )
    .max(50),
  modal: z.array(z.discriminatedUnion("type", [...EVERYWHERE, Alert])).max(100),
  home: z.array(z.discriminatedUnion("type", [...EVERYWHERE, Container])).max(100),
} as const;

/** Where blocks are shown. */
export type Surface = keyof typeof SURFACES;
