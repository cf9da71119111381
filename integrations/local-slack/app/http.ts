import { createHmac } from "node:crypto";
import type { Clock } from "../clock.ts";
import { ACK_TIMEOUT_MS, type Ack, type Envelope, type FailedBecause } from "./envelope.ts";

type Needs = { readonly url: string; readonly signingSecret: string; readonly clock: Clock };

/** Sends an envelope as Slack does over HTTP: signed, with three seconds for the answer, no redirects. */
export async function post(envelope: Envelope, needs: Needs, closing: AbortSignal): Promise<Ack> {
  const begunAt = performance.now();
  const ackMs = () => Math.round(performance.now() - begunAt);
  const late = new AbortController();
  const cancel = needs.clock.after(ACK_TIMEOUT_MS, () => late.abort());
  try {
    const response = await fetch(needs.url, {
      method: "POST",
      ...toRequest(envelope, needs),
      redirect: "manual",
      signal: AbortSignal.any([late.signal, closing]),
    });
    const text = await response.text();
    if (response.ok) return { kind: "acked", ackMs: ackMs(), body: readBody(response, text) };
    const isFinal = response.headers.get("x-slack-no-retry") === "1";
    return { kind: "failed", ackMs: ackMs(), because: "http_error", isFinal };
  } catch (problem) {
    if (!(problem instanceof Error)) throw problem;
    const because: FailedBecause = late.signal.aborted ? "http_timeout" : "connection_failed";
    return { kind: "failed", ackMs: ackMs(), because, isFinal: false };
  } finally {
    cancel();
  }
}

function toRequest(envelope: Envelope, needs: Needs): { body: string; headers: Record<string, string> } {
  const { body, type } = toBody(envelope);
  const timestamp = Math.floor(needs.clock.nowMs() / 1000);
  const signature = createHmac("sha256", needs.signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
  const headers: Record<string, string> = {
    "content-type": type,
    "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    "x-slack-request-timestamp": String(timestamp),
    "x-slack-signature": `v0=${signature}`,
  };
  if (envelope.type === "events_api" && envelope.retry !== undefined) {
    headers["x-slack-retry-num"] = String(envelope.retry.count);
    headers["x-slack-retry-reason"] = envelope.retry.reason;
  }
  return { body, headers };
}

function toBody(envelope: Envelope): { body: string; type: string } {
  const form = "application/x-www-form-urlencoded";
  switch (envelope.type) {
    case "events_api":
      return { body: JSON.stringify(envelope.payload), type: "application/json" };
    case "interactive":
      return {
        body: new URLSearchParams({ payload: JSON.stringify(envelope.payload) }).toString(),
        type: form,
      };
    case "slash_commands":
      return { body: new URLSearchParams(envelope.payload).toString(), type: form };
  }
}

/** Slack takes JSON, or any other text as the text of an answer. */
function readBody(response: Response, text: string): unknown {
  if (text.trim() === "") return undefined;
  if (!(response.headers.get("content-type") ?? "").includes("json")) return { text };
  try {
    return JSON.parse(text);
  } catch (problem) {
    if (problem instanceof SyntaxError) return { text };
    throw problem;
  }
}
