import { z } from "zod";
import { BoxOption, Confirm, Id, PlainOption, plainText } from "./text.ts";

const common = {
  action_id: Id.optional(),
  confirm: Confirm.optional(),
  focus_on_load: z.boolean().optional(),
};
const menu = { ...common, placeholder: plainText(150).optional() };
const several = { ...menu, max_selected_items: z.int().min(1).optional() };
const Ids = z.array(Id);
const offered = {
  options: z.array(PlainOption).min(1).max(100).optional(),
  option_groups: z
    .array(z.strictObject({ label: plainText(75), options: z.array(PlainOption).min(1).max(100) }))
    .min(1)
    .max(100)
    .optional(),
};
const filter = z
  .strictObject({
    include: z
      .array(z.enum(["im", "mpim", "private", "public"]))
      .min(1)
      .optional(),
    exclude_external_shared_channels: z.boolean().optional(),
    exclude_bot_users: z.boolean().optional(),
  })
  .optional();
const conversations = {
  default_to_current_conversation: z.boolean().optional(),
  filter,
};

type Offered = { readonly options?: unknown; readonly option_groups?: unknown };
const offersOneWay = (select: Offered) =>
  (select.options === undefined) !== (select.option_groups === undefined);
const ONE_WAY = "must define either `options` or `option_groups`";

/** Menus of which one thing is chosen. */
export const SELECTS = [
  z
    .strictObject({
      type: z.literal("static_select"),
      ...menu,
      ...offered,
      initial_option: PlainOption.optional(),
    })
    .refine(offersOneWay, ONE_WAY),
  z.strictObject({ type: z.literal("users_select"), ...menu, initial_user: Id.optional() }),
  z.strictObject({
    type: z.literal("conversations_select"),
    ...menu,
    ...conversations,
    initial_conversation: Id.optional(),
    response_url_enabled: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal("channels_select"),
    ...menu,
    initial_channel: Id.optional(),
    response_url_enabled: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal("external_select"),
    ...menu,
    initial_option: PlainOption.optional(),
    min_query_length: z.int().min(0).optional(),
  }),
] as const;

/** Menus of which several things are chosen. Not inside `actions`: measured against a real workspace. */
export const MULTI_SELECTS = [
  z
    .strictObject({
      type: z.literal("multi_static_select"),
      ...several,
      ...offered,
      initial_options: z.array(PlainOption).min(1).optional(),
    })
    .refine(offersOneWay, ONE_WAY),
  z.strictObject({ type: z.literal("multi_users_select"), ...several, initial_users: Ids.optional() }),
  z.strictObject({
    type: z.literal("multi_conversations_select"),
    ...several,
    ...conversations,
    initial_conversations: Ids.optional(),
  }),
  z.strictObject({ type: z.literal("multi_channels_select"), ...several, initial_channels: Ids.optional() }),
  z.strictObject({
    type: z.literal("multi_external_select"),
    ...several,
    initial_options: z.array(PlainOption).min(1).optional(),
    min_query_length: z.int().min(0).optional(),
  }),
] as const;

/** Boxes to tick: all choices are in sight. */
export const BOXES = [
  z.strictObject({
    type: z.literal("checkboxes"),
    ...common,
    options: z.array(BoxOption).min(1).max(10),
    initial_options: z.array(BoxOption).min(1).optional(),
  }),
  z.strictObject({
    type: z.literal("radio_buttons"),
    ...common,
    options: z.array(BoxOption).min(1).max(10),
    initial_option: BoxOption.optional(),
  }),
] as const;
