import { z } from "zod";

/** A string of 1 to `most` characters. */
export function words(most: number): z.ZodString {
  return z.string().min(1).max(most);
}

/** Any id that an app gives: block_id, action_id, callback_id. */
export const Id = words(255);

/** What an icon, image or button leads to. */
export const Url = words(3000);

/** A text that is shown as it is. */
export function plainText(most: number) {
  return z.strictObject({
    type: z.literal("plain_text"),
    text: words(most),
    emoji: z.boolean().exactOptional(),
  });
}

/** A text in Slack's own markup. */
export function markedText(most: number) {
  return z.strictObject({
    type: z.literal("mrkdwn"),
    text: words(most),
    verbatim: z.boolean().optional(),
  });
}

/** Either of the two. */
export function anyText(most: number) {
  return z.discriminatedUnion("type", [plainText(most), markedText(most)]);
}

/** The question that Slack asks before it sends a click: https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
export const Confirm = z.strictObject({
  title: plainText(100).optional(),
  text: anyText(300),
  confirm: plainText(30).optional(),
  deny: plainText(30).optional(),
  style: z.enum(["primary", "danger"]).optional(),
});

/** Something to choose, with plain words. */
export const PlainOption = z.strictObject({
  text: plainText(75),
  value: words(150),
  description: plainText(75).optional(),
});

/** Something to choose among boxes, where Slack also reads markup. */
export const BoxOption = z.strictObject({
  text: anyText(75),
  value: words(150),
  description: anyText(75).optional(),
});

/** Where a picture comes from: an address, or a file in Slack. */
export const pictureSource = {
  image_url: Url.optional(),
  slack_file: z.union([z.strictObject({ url: Url }), z.strictObject({ id: Id })]).optional(),
};

/** Exactly one source. */
export function hasOneSource(picture: { image_url?: unknown; slack_file?: unknown }): boolean {
  return (picture.image_url === undefined) !== (picture.slack_file === undefined);
}

/** A picture inside another block. */
export const ImageElement = z
  .strictObject({ type: z.literal("image"), alt_text: words(2000), ...pictureSource })
  .refine(hasOneSource, "must define either `image_url` or `slack_file`");
