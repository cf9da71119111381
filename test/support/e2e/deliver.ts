import { createHmac, randomBytes } from "node:crypto";

/** What Slack sends over HTTP: a command's form, an interaction's JSON in a form, or an event. */
export type Delivery =
  | { readonly kind: "command"; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: "interaction"; readonly payload: object }
  | { readonly kind: "event"; readonly body: object; readonly retry?: number };

/** Where it goes, and with which secret it is signed. */
export type Line = { readonly url: string; readonly signingSecret: string };

/** Sends one request to the app as Slack does, so that a test can send the very same one twice. */
export async function deliver({ url, signingSecret }: Line, delivery: Delivery): Promise<Response> {
  const body = bodyOf(delivery);
  const isEvent = delivery.kind === "event";
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hmac = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
  const retry = isEvent && delivery.retry !== undefined ? String(delivery.retry) : null;
  return fetch(`${url}/slack/events`, {
    method: "POST",
    body,
    headers: {
      "content-type": isEvent ? "application/json" : "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${hmac}`,
      ...(retry === null ? {} : { "x-slack-retry-num": retry, "x-slack-retry-reason": "http_timeout" }),
    },
    signal: AbortSignal.timeout(10_000),
  });
}

function bodyOf(delivery: Delivery): string {
  switch (delivery.kind) {
    case "command":
      return new URLSearchParams(delivery.fields).toString();
    case "interaction":
      return new URLSearchParams({ payload: JSON.stringify(delivery.payload) }).toString();
    case "event":
      return JSON.stringify(delivery.body);
  }
}

/** `/goal …` as Slack sends it, each time with a trigger of its own. */
export const command = (user: string, channel: string, text: string): Delivery => ({
  kind: "command",
  fields: {
    ...{ token: "x", team_id: "T01LOCAL", team_domain: "local", channel_id: channel, channel_name: "room" },
    ...{ user_id: user, user_name: "somebody", command: "/goal", text, api_app_id: "A01CSIGN" },
    ...{ response_url: "http://127.0.0.1:9/none", trigger_id: newTrigger() },
  },
});

/** A mention as Slack sends it, each time with an id of its own. */
export const mention = (user: string, channel: string, said: string, retry?: number) => ({
  kind: "event" as const,
  body: {
    ...{ type: "event_callback", team_id: "T01LOCAL", api_app_id: "A01CSIGN", event_id: `Ev${newTrigger()}` },
    ...{ event_time: Math.floor(Date.now() / 1000), authorizations: [{ team_id: "T01LOCAL", is_bot: true }] },
    event: {
      ...{ type: "app_mention", user, channel, text: `<@UCSIGN01> ${said}`, ts: `${Date.now() / 1000}` },
      event_ts: `${Date.now() / 1000}`,
    },
  },
  ...(retry === undefined ? {} : { retry }),
});

/** A press on a button, each time with a trigger of its own. */
export const press = (
  user: string,
  channel: string,
  ts: string,
  action: { readonly action_id: string; readonly value: string },
): Delivery => ({
  kind: "interaction",
  payload: {
    ...{ type: "block_actions", team: { id: "T01LOCAL" }, user: { id: user }, api_app_id: "A01CSIGN" },
    ...{ trigger_id: newTrigger(), channel: { id: channel, name: "room" } },
    container: { type: "message", message_ts: ts, channel_id: channel },
    message: { ts, text: "" },
    actions: [{ type: "button", block_id: "b", action_ts: ts, ...action }],
  },
});

const newTrigger = (): string => randomBytes(8).toString("hex");
