import { z } from "zod";
import { Confirm, Id, plainText, Url, words } from "./text.ts";

const label = plainText(75);
const style = z.enum(["primary", "danger"]).optional();
const action_id = Id.optional();
const accessibility_label = words(75).optional();

/** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
export const Button = z.strictObject({
  type: z.literal("button"),
  text: label,
  action_id,
  value: z.string().max(2000).optional(),
  url: Url.optional(),
  style,
  confirm: Confirm.optional(),
  accessibility_label,
});

/** A button that starts a workflow of Slack's own. */
export const WorkflowButton = z.strictObject({
  type: z.literal("workflow_button"),
  text: label,
  action_id,
  workflow: z.strictObject({
    trigger: z.strictObject({
      url: Url,
      customizable_input_parameters: z
        .array(z.strictObject({ name: z.string().min(1), value: z.string() }))
        .optional(),
    }),
  }),
  style,
  accessibility_label,
});

/** The menu behind three dots: five things at most. */
export const Overflow = z.strictObject({
  type: z.literal("overflow"),
  action_id,
  options: z
    .array(
      z.strictObject({
        text: label,
        value: words(150),
        description: label.optional(),
        url: Url.optional(),
      }),
    )
    .min(1)
    .max(5),
  confirm: Confirm.optional(),
});

const FeedbackButton = z.strictObject({ text: label, value: words(2000), accessibility_label });

/** What stands in a `context_actions` block. */
export const ContextAction = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("feedback_buttons"),
    action_id,
    positive_button: FeedbackButton,
    negative_button: FeedbackButton,
  }),
  z.strictObject({
    type: z.literal("icon_button"),
    icon: z.literal("trash"),
    text: label,
    action_id,
    value: words(2000).optional(),
    confirm: Confirm.optional(),
    accessibility_label,
    visible_to_user_ids: z.array(Id).optional(),
  }),
]);
