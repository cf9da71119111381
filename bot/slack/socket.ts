import type { App, Receiver, ReceiverEvent, Logger as SlackLogger } from "@slack/bolt";
import { SocketModeClient } from "@slack/socket-mode";
import type { Logger } from "../logger.ts";
import { cannotUse } from "./no-start.ts";
import { readable } from "./readable.ts";
import { ackedEarly } from "./receiver.ts";
import { toSlackLog } from "./slack-log.ts";

type Envelope = {
  readonly ack: (reply?: Record<string, unknown>) => Promise<void>;
  readonly body: Record<string, unknown>;
  readonly retry_num?: number;
  readonly retry_reason?: string;
};

/** Bolt over Socket Mode: Slack needs no address of ours. Acks as `HonoReceiver` does: when listeners have committed. */
export class SocketReceiver implements Receiver {
  readonly #client: SocketModeClient;
  readonly #underWay = new Set<Promise<unknown>>();
  #app: App | undefined;
  #hasStarted: boolean = false;

  constructor({
    appToken,
    slackApiUrl,
    log,
  }: { readonly appToken: string; readonly slackApiUrl: string | undefined; readonly log: Logger }) {
    // Until it has started once, whoever starts it hears why it can't.
    const said = toSlackLog(log);
    const quiet =
      (say: SlackLogger["error"]): SlackLogger["error"] =>
      (...words) => {
        if (this.#hasStarted) say(...words);
      };
    this.#client = new SocketModeClient({
      appToken,
      logger: { ...said, warn: quiet(said.warn), error: quiet(said.error) },
      clientOptions: slackApiUrl === undefined ? {} : { slackApiUrl },
    });
    this.#client.on("slack_event", (envelope: Envelope) => this.#process(envelope));
  }

  init(app: App): void {
    this.#app = app;
  }

  /** Resolves when Slack has said hello. Throws `StartFailure` where Slack does not take the token. */
  async start(): Promise<void> {
    try {
      await this.#client.start();
    } catch (error) {
      throw cannotUse("SLACK_APP_TOKEN", error);
    }
    this.#hasStarted = true;
  }

  /** Hangs up, and resolves when every listener that is still at work has ended. */
  async stop(): Promise<void> {
    await this.#client.disconnect();
    await Promise.allSettled([...this.#underWay]);
  }

  #process({ ack, body: sent, retry_num: retryNum, retry_reason: retryReason }: Envelope): void {
    const body = readable(sent);
    const isEarly = ackedEarly(body);
    const event: ReceiverEvent = {
      body,
      ...(retryNum === undefined ? {} : { retryNum }),
      ...(retryReason === undefined ? {} : { retryReason }),
      ack: async (reply?: unknown) => {
        if (!isEarly) await ack(toPayload(reply));
      },
    };
    const work = (this.#app?.processEvent(event) ?? Promise.resolve())
      .then(() => (isEarly ? ack() : undefined))
      .catch(() => undefined) // logged by Bolt's own error handler; without an ack, Slack shows the failure
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }
}

function toPayload(reply: unknown): Record<string, unknown> {
  if (typeof reply === "string") return reply === "" ? {} : { text: reply };
  return reply === undefined || reply === null ? {} : { ...reply };
}
