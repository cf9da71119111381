import { type App, type Receiver, type ReceiverEvent, verifySlackRequest } from "@slack/bolt";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { readable } from "./readable.ts";

/** Slack's requests are far smaller; a modal with everything filled in stays under 300 kB. */
const MOST_BYTES = 1_000_000;
/** Slack gives up after three seconds. A listener that has not committed by then has not acked either (design §5). */
const ACK_WITHIN_MS = 2_900;

/** Anybody may send us what is wrongly signed: the operator is told now and then, not each time. */
const TELL_EVERY_MS = 60_000;

const limit = bodyLimit({
  maxSize: MOST_BYTES,
  onError: (c) => c.text(`A request has ${MOST_BYTES} bytes at most.`, 413),
});

/** What Slack sends is always an object. */
const Body = z.record(z.string(), z.unknown());

/** Bolt inside Hono: one server, one port. Answers when a listener acks; 401 where Slack's signature does not hold. */
export class HonoReceiver implements Receiver {
  readonly routes = new Hono();
  readonly #signingSecret: string;
  readonly #tell: (sentence: string) => void;
  #toldAt = Number.NEGATIVE_INFINITY;
  readonly #underWay = new Set<Promise<unknown>>();
  #app: App | undefined;

  /** `tell` gets a sentence for the operator when a request is signed with another secret than ours. */
  constructor(signingSecret: string, tell: (sentence: string) => void) {
    this.#signingSecret = signingSecret;
    this.#tell = tell;
    this.routes.post("/slack/events", limit, async (c) => {
      const raw = await c.req.text();
      if (!this.#isFromSlack(raw, c.req.raw.headers)) {
        if (c.req.header("x-slack-signature") !== undefined) this.#tellMismatch();
        return c.text("The signature does not match.", 401);
      }
      const body = readBody(raw, c.req.header("content-type") ?? "");
      if (body === null) return c.text("The body can't be read.", 400);
      if (body["ssl_check"] === "1") return c.body("");
      if (body["type"] === "url_verification") return c.json({ challenge: body["challenge"] });
      return this.#process(body, c.req.raw.headers);
    });
  }

  init(app: App): void {
    this.#app = app;
  }

  async start(): Promise<void> {}

  /** Resolves when every listener that is still at work has ended. */
  async stop(): Promise<void> {
    await Promise.allSettled([...this.#underWay]);
  }

  #process(body: Record<string, unknown>, headers: Headers): Promise<Response> {
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(new Response("", { status: 503 })), ACK_WITHIN_MS);
      const answer = (response: Response) => {
        clearTimeout(late);
        resolve(response);
      };
      const retryNum = headers.get("x-slack-retry-num");
      const retryReason = headers.get("x-slack-retry-reason");
      const event: ReceiverEvent = {
        body,
        ...(retryNum === null ? {} : { retryNum: Number(retryNum) }),
        ...(retryReason === null ? {} : { retryReason }),
        ack: async (reply?: unknown) => {
          if (!ackedEarly(body)) answer(toResponse(reply));
        },
      };
      const work = (this.#app?.processEvent(event) ?? Promise.resolve())
        .then(() => (ackedEarly(body) ? answer(new Response("")) : undefined))
        .catch(() => answer(new Response("", { status: 500 }))) // logged by Bolt's own error handler
        .finally(() => this.#underWay.delete(work));
      this.#underWay.add(work);
    });
  }

  #tellMismatch(): void {
    if (performance.now() - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = performance.now();
    this.#tell(
      "A request to /slack/events was refused, because its signature does not match. If it came from Slack: check SLACK_SIGNING_SECRET (Basic Information at api.slack.com/apps) and this machine's clock.",
    );
  }

  #isFromSlack(body: string, headers: Headers): boolean {
    try {
      verifySlackRequest({
        signingSecret: this.#signingSecret,
        body,
        headers: {
          "x-slack-signature": headers.get("x-slack-signature") ?? "",
          "x-slack-request-timestamp": Number(headers.get("x-slack-request-timestamp") ?? Number.NaN),
        },
      });
      return true;
    } catch {
      return false; // missing, wrong or older than five minutes: all the same to whoever sent it
    }
  }
}

/** Bolt acks an event before its listeners run. What a crash would lose then is acked when they have committed instead. */
export const ackedEarly = (body: Record<string, unknown>): boolean => body["type"] === "event_callback";

function readBody(raw: string, contentType: string): Record<string, unknown> | null {
  try {
    if (contentType.startsWith("application/json")) return readable(Body.parse(JSON.parse(raw)));
    const form = Object.fromEntries(new URLSearchParams(raw));
    return readable(form["payload"] === undefined ? form : Body.parse(JSON.parse(form["payload"])));
  } catch {
    return null; // signed by Slack and still not readable: the sender hears so
  }
}

function toResponse(reply: unknown): Response {
  if (reply === undefined || reply === null || reply === "") return new Response("");
  return typeof reply === "string" ? new Response(reply) : Response.json(reply);
}
