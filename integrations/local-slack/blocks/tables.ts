import { z } from "zod";
import { RichText } from "./rich-text.ts";
import { Id } from "./text.ts";

const RawText = z.strictObject({ type: z.literal("raw_text"), text: z.string().min(1) });
const RawNumber = z.strictObject({
  type: z.literal("raw_number"),
  value: z.number(),
  text: z.string().min(1),
});

/** https://docs.slack.dev/reference/block-kit/blocks/table-block */
export const Table = z.strictObject({
  type: z.literal("table"),
  block_id: Id.optional(),
  rows: z
    .array(
      z
        .array(z.discriminatedUnion("type", [RawText, RawNumber, RichText]))
        .min(1)
        .max(20),
    )
    .min(1)
    .max(100),
  column_settings: z
    .array(
      z
        .strictObject({
          align: z.enum(["left", "center", "right"]).optional(),
          is_wrapped: z.boolean().optional(),
        })
        .nullable(),
    )
    .max(20)
    .optional(),
});

/** `raw_number` stands in its documentation, and is rejected by a real workspace. */
export const DataTable = z.strictObject({
  type: z.literal("data_table"),
  block_id: Id.optional(),
  caption: z.string().min(1),
  rows: z
    .array(
      z
        .array(z.discriminatedUnion("type", [RawText, RichText]))
        .min(1)
        .max(20),
    )
    .min(1)
    .max(100),
  page_size: z.int().min(1).max(100).optional(),
  row_header_column_index: z.int().min(0).optional(),
});
