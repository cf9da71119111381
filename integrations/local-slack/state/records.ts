import type { AnyBlock } from "@slack/types";
import { z } from "zod";

/** A block as Slack gives it back. What is stored has passed the checks in `blocks/`. */
export const StoredBlock = z.custom<AnyBlock>(
  (value) => z.object({ type: z.string(), block_id: z.string().optional() }).safeParse(value).success,
);

const PlainText = z.object({
  type: z.literal("plain_text"),
  text: z.string(),
  emoji: z.boolean().exactOptional(),
});

/** Somebody in the workspace, or a stranger whom Slack Connect brings in. */
export const Person = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().optional(),
  timeZone: z.string(),
  isBot: z.boolean(),
  /** A guest of several channels. */
  isRestricted: z.boolean(),
  /** A guest of one channel. */
  isUltraRestricted: z.boolean(),
  /** From another workspace. */
  isStranger: z.boolean(),
});
export type Person = z.infer<typeof Person>;

/** A channel, or a direct message of one person with the app. */
export const Channel = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["channel", "direct"]),
  members: z.array(z.string()),
  isArchived: z.boolean(),
  createdAtMs: z.number(),
});
export type Channel = z.infer<typeof Channel>;

/** A group of people that texts mention as `<!subteam^S…>`. */
export const Group = z.object({
  id: z.string(),
  handle: z.string(),
  name: z.string(),
  members: z.array(z.string()),
});
export type Group = z.infer<typeof Group>;

/** What an app hangs on a message: https://docs.slack.dev/messaging/message-metadata */
export const Metadata = z.object({
  event_type: z.string(),
  event_payload: z.record(z.string(), z.unknown()),
});
export type Metadata = z.infer<typeof Metadata>;

/** A file as messages carry it. Its content lies beside the journal. */
export const SharedFile = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  size: z.number(),
  url_private: z.string(),
});
export type SharedFile = z.infer<typeof SharedFile>;

/** A message in Slack's own shape: it goes out as it is. `ts` is unique in its channel and orders it. */
export const Message = z.object({
  type: z.literal("message"),
  subtype: z.string().optional(),
  ts: z.string(),
  user: z.string(),
  team: z.string(),
  text: z.string(),
  blocks: z.array(StoredBlock).optional(),
  bot_id: z.string().optional(),
  app_id: z.string().optional(),
  username: z.string().optional(),
  icons: z.object({ emoji: z.string() }).optional(),
  thread_ts: z.string().optional(),
  parent_user_id: z.string().optional(),
  reply_count: z.number().optional(),
  reply_users: z.array(z.string()).optional(),
  reply_users_count: z.number().optional(),
  latest_reply: z.string().optional(),
  edited: z.object({ user: z.string(), ts: z.string() }).optional(),
  metadata: Metadata.optional(),
  files: z.array(SharedFile).optional(),
  reactions: z
    .array(z.object({ name: z.string(), users: z.array(z.string()), count: z.number() }))
    .optional(),
});
export type Message = z.infer<typeof Message>;

/** A message that only `to` sees. It has a `ts` of its own, and no method can change it. */
export const Ephemeral = z.object({ channel: z.string(), to: z.string(), message: Message });
export type Ephemeral = z.infer<typeof Ephemeral>;

/** What the fields of a view hold, by block and action, as Slack writes `state.values`. */
export const Values = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())));
export type Values = z.infer<typeof Values>;

const viewFields = {
  id: z.string(),
  team_id: z.string(),
  blocks: z.array(StoredBlock),
  private_metadata: z.string(),
  callback_id: z.string(),
  external_id: z.string(),
  state: z.object({ values: Values }),
  hash: z.string(),
  app_id: z.string(),
  bot_id: z.string(),
  root_view_id: z.string(),
  previous_view_id: z.string().nullable(),
  clear_on_close: z.boolean(),
  notify_on_close: z.boolean(),
};

/** A modal or a Home tab in Slack's own shape. */
export const View = z.discriminatedUnion("type", [
  z.object({ type: z.literal("home"), ...viewFields }),
  z.object({
    type: z.literal("modal"),
    title: PlainText,
    submit: PlainText.exactOptional(),
    close: PlainText.exactOptional(),
    ...viewFields,
  }),
]);
export type View = z.infer<typeof View>;

/** The modals that one person has open, the one on top last; never empty. */
export const Stack = z.object({ user: z.string(), views: z.array(View) });
export type Stack = z.infer<typeof Stack>;

/** A Web API call that came in. `at` is in milliseconds; `args` has no token. */
export const Call = z.object({
  at: z.number(),
  method: z.string(),
  args: z.record(z.string(), z.unknown()),
  ok: z.boolean(),
  error: z.string().optional(),
  ts: z.string().optional(),
});
export type Call = z.infer<typeof Call>;

/** An address at which the app may answer an interaction: five times within 30 minutes. */
export const ResponseUrl = z.object({
  id: z.string(),
  user: z.string(),
  channel: z.string(),
  /** The message that was clicked. */
  ts: z.string().optional(),
  uses: z.number(),
  madeAtMs: z.number(),
});
export type ResponseUrl = z.infer<typeof ResponseUrl>;

/** An event that the app has not acknowledged yet. `retry` counts from 0. */
export const Delivery = z.object({
  eventId: z.string(),
  body: z.record(z.string(), z.unknown()),
  retry: z.number(),
  /** Why the try before failed, in Slack's words. */
  reason: z.enum(["http_timeout", "http_error", "connection_failed"]).optional(),
  dueAtMs: z.number(),
});
export type Delivery = z.infer<typeof Delivery>;

/** A file that is being uploaded, or was. */
export const Upload = z.object({ file: SharedFile, isUploaded: z.boolean() });
export type Upload = z.infer<typeof Upload>;
