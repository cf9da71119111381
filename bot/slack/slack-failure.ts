import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from "@slack/web-api";
import { z } from "zod";
import { OutsideFailure } from "#engine/errors.ts";

/**
 * What a failed call to Slack means for what was wanted of it. Only after `unclear` it may have happened all the same.
 * `blocks`: this content is not taken as it is; `gone`: the message or thread is not there any more; `closed`: nothing goes
 * into this channel, or to this person, now; `disconnected`: the workspace does not know us any more.
 */
export type SlackFailure =
  | { readonly kind: "limited"; readonly retryAfterMs: number }
  | { readonly kind: "unclear"; readonly reason: string }
  | {
      readonly kind: "blocks" | "gone" | "closed" | "disconnected" | "refused";
      readonly code: string;
      /** Slack's own sentences about it. */
      readonly detail: readonly string[];
    };

/** By Slack's code; what is not listed is `refused`. https://docs.slack.dev/reference/methods/chat.postMessage */
const KINDS: Readonly<Record<string, SlackFailure["kind"]>> = {
  invalid_blocks: "blocks",
  invalid_blocks_format: "blocks",
  block_mismatch: "blocks",
  msg_blocks_too_long: "blocks",
  msg_too_long: "blocks",
  invalid_arguments: "blocks",
  message_not_found: "gone",
  cant_update_message: "gone",
  edit_window_closed: "gone",
  thread_not_found: "gone",
  cannot_reply_to_message: "gone",
  not_in_channel: "closed",
  channel_not_found: "closed",
  is_archived: "closed",
  is_inactive: "closed",
  channel_is_limited_access: "closed",
  restricted_action: "closed",
  restricted_action_read_only_channel: "closed",
  restricted_action_thread_only_channel: "closed",
  messages_tab_disabled: "closed",
  user_not_found: "closed",
  user_not_visible: "closed",
  user_disabled: "closed",
  cannot_dm_bot: "closed",
  missing_scope: "closed",
  account_inactive: "disconnected",
  token_revoked: "disconnected",
  token_expired: "disconnected",
  invalid_auth: "disconnected",
  not_authed: "disconnected",
  team_access_not_granted: "disconnected",
  org_login_required: "disconnected",
  ratelimited: "limited",
  rate_limited: "limited",
  message_limit_exceeded: "limited",
  // Slack on these: "It's possible some aspect of the operation succeeded before the error was raised."
  fatal_error: "unclear",
  internal_error: "unclear",
  request_timeout: "unclear",
  service_unavailable: "unclear",
  team_added_to_org: "unclear",
};

/** Where Slack limits us and does not say for how long. */
const RETRY_AFTER_MS = 30_000;

const Details = z.object({
  error: z.string(),
  needed: z.string().optional().catch(undefined),
  response_metadata: z
    .object({
      messages: z.array(z.string()).default([]).catch([]),
      retryAfter: z.number().optional().catch(undefined),
    })
    .default({ messages: [] })
    .catch({ messages: [] }),
});

/** Reads what a call of the Web API client rejected with. Whatever is not known to be a clear answer is `unclear`. */
export function slackFailure(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError)
    return { kind: "limited", retryAfterMs: error.retryAfter * 1_000 };
  if (error instanceof WebAPIPlatformError) return fromAnswer(error.data);
  if (error instanceof WebAPIHTTPError) return fromStatus(error.statusCode);
  if (error instanceof WebAPIRequestError) return { kind: "unclear", reason: nameOf(error.original) };
  return { kind: "unclear", reason: nameOf(error) };
}

/** The same failure as a sentence for people and for whoever tries again. `wanted` completes "Slack did not …". */
export function toOutsideFailure(error: unknown, wanted: string): OutsideFailure {
  const failure = slackFailure(error);
  const retryAfterMs = failure.kind === "limited" ? failure.retryAfterMs : undefined;
  return new OutsideFailure("Slack", `Slack did not ${wanted}: ${sayWhy(failure)}`, {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: error,
  });
}

function sayWhy(failure: SlackFailure): string {
  switch (failure.kind) {
    case "limited":
      return `it limits how often it is asked. Try again in ${Math.ceil(failure.retryAfterMs / 1_000)} s.`;
    case "unclear":
      return `it gave no clear answer (${failure.reason}). Try again in a minute.`;
    case "disconnected":
      return `it does not know the app any more (${failure.code}). Ask an admin to connect Countersign to this workspace again.`;
    case "closed":
    case "gone":
    case "blocks":
    case "refused":
      return `it said ${[failure.code, ...failure.detail].join("; ")}. Ask an admin to look at the app's place and rights in Slack.`;
  }
}

function fromAnswer(answer: unknown): SlackFailure {
  const read = Details.safeParse(answer);
  if (!read.success || !/^\w+$/.test(read.data.error))
    return { kind: "unclear", reason: "an answer that is not Slack's" };
  const { error: code, needed, response_metadata: more } = read.data;
  const kind = KINDS[code] ?? "refused";
  if (kind === "unclear") return { kind, reason: code };
  if (kind === "limited")
    return { kind, retryAfterMs: more.retryAfter === undefined ? RETRY_AFTER_MS : more.retryAfter * 1_000 };
  return {
    kind,
    code,
    detail: needed === undefined ? more.messages : [`it needs the scope ${needed}`, ...more.messages],
  };
}

/** Slack answers 200 where it has answered at all; a 4xx comes from before it, so nothing has happened. */
function fromStatus(status: number): SlackFailure {
  if (status === 429) return { kind: "limited", retryAfterMs: RETRY_AFTER_MS };
  if (status >= 400 && status < 500 && status !== 408)
    return { kind: "refused", code: `http_${status}`, detail: [] };
  return { kind: "unclear", reason: `HTTP ${status}` };
}

/** The system's word, as `ECONNREFUSED` or `TimeoutError`: an error's message could repeat what was sent. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "no error was given";
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code !== undefined && /^\w+$/.test(code)) return code;
  return error.cause instanceof Error ? nameOf(error.cause) : error.name;
}
