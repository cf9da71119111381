import { z } from "zod";
import { RichText } from "./rich-text.ts";
import { Confirm, Id, plainText } from "./text.ts";

const common = { action_id: Id.optional(), focus_on_load: z.boolean().optional() };
const typed = {
  ...common,
  placeholder: plainText(150).optional(),
  dispatch_action_config: z
    .strictObject({
      trigger_actions_on: z.array(z.enum(["on_enter_pressed", "on_character_entered"])).min(1),
    })
    .optional(),
};
const length = z.int().min(0).max(3000).optional();
const number = z.string().regex(/^-?\d+(\.\d+)?$/, "must be a number in a string");

/** Days and times of day, which also stand outside of `input` blocks. */
export const PICKERS = [
  z.strictObject({
    type: z.literal("datepicker"),
    ...common,
    placeholder: plainText(150).optional(),
    confirm: Confirm.optional(),
    initial_date: z.iso.date("must be a date as 2026-11-21").optional(),
  }),
  z.strictObject({
    type: z.literal("timepicker"),
    ...common,
    placeholder: plainText(150).optional(),
    confirm: Confirm.optional(),
    timezone: z.string().optional(),
    initial_time: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time as 14:05")
      .optional(),
  }),
] as const;

/** A moment: in `actions` and `input`, not beside a section. */
export const DateTimePicker = z.strictObject({
  type: z.literal("datetimepicker"),
  ...common,
  confirm: Confirm.optional(),
  initial_date_time: z.int().min(1_000_000_000).max(9_999_999_999).optional(),
});

/** A field for formatted text. */
export const RichTextInput = z.strictObject({
  type: z.literal("rich_text_input"),
  ...typed,
  initial_value: RichText.optional(),
});

/** What only stands in an `input` block. */
export const TYPED_FIELDS = [
  z.strictObject({
    type: z.literal("plain_text_input"),
    ...typed,
    initial_value: z.string().max(3000).optional(),
    multiline: z.boolean().optional(),
    min_length: length,
    max_length: z.int().min(1).max(3000).optional(),
  }),
  z.strictObject({
    type: z.literal("number_input"),
    ...typed,
    is_decimal_allowed: z.boolean(),
    initial_value: number.optional(),
    min_value: number.optional(),
    max_value: number.optional(),
  }),
  z.strictObject({ type: z.literal("email_text_input"), ...typed, initial_value: z.string().optional() }),
  z.strictObject({ type: z.literal("url_text_input"), ...typed, initial_value: z.string().optional() }),
  z.strictObject({
    type: z.literal("file_input"),
    action_id: Id.optional(),
    filetypes: z.array(z.string().min(1)).optional(),
    max_files: z.int().min(1).max(10).optional(),
  }),
] as const;
