import { z } from "zod";
import { Id, Url } from "./text.ts";

const flag = z.boolean().optional();
const Style = z
  .strictObject({
    bold: flag,
    italic: flag,
    strike: flag,
    code: flag,
    underline: flag,
    highlight: flag,
    client_highlight: flag,
    unlink: flag,
  })
  .optional();

const Inline = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text"), text: z.string().min(1), style: Style }),
  z.strictObject({
    type: z.literal("link"),
    url: Url,
    text: z.string().optional(),
    unsafe: flag,
    style: Style,
  }),
  z.strictObject({
    type: z.literal("emoji"),
    name: z.string().min(1),
    unicode: z.string().optional(),
    url: Url.optional(),
    style: Style,
  }),
  z.strictObject({ type: z.literal("user"), user_id: Id, style: Style }),
  z.strictObject({ type: z.literal("usergroup"), usergroup_id: Id, style: Style }),
  z.strictObject({ type: z.literal("channel"), channel_id: Id, style: Style }),
  z.strictObject({ type: z.literal("team"), team_id: Id, style: Style }),
  z.strictObject({ type: z.literal("color"), value: z.string(), style: Style }),
  z.strictObject({
    type: z.literal("broadcast"),
    range: z.enum(["here", "channel", "everyone"]),
    style: Style,
  }),
  z.strictObject({
    type: z.literal("date"),
    timestamp: z.int(),
    format: z.string().min(1),
    url: Url.optional(),
    fallback: z.string().optional(),
    style: Style,
  }),
]);

const border = z.union([z.literal(0), z.literal(1)]).optional();
const Section = z.strictObject({ type: z.literal("rich_text_section"), elements: z.array(Inline) });

/** Text with styles as data: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
export const RichText = z.strictObject({
  type: z.literal("rich_text"),
  block_id: Id.optional(),
  elements: z
    .array(
      z.discriminatedUnion("type", [
        Section,
        z.strictObject({
          type: z.literal("rich_text_list"),
          style: z.enum(["bullet", "ordered"]),
          elements: z.array(Section).min(1),
          indent: z.int().min(0).max(8).optional(),
          offset: z.int().min(0).optional(),
          border,
        }),
        z.strictObject({ type: z.literal("rich_text_quote"), elements: z.array(Inline), border }),
        z.strictObject({
          type: z.literal("rich_text_preformatted"),
          elements: z.array(Inline),
          border,
          language: z.string().optional(),
        }),
      ]),
    )
    .min(1),
});
