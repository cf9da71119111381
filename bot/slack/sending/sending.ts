import type { WebClient } from "@slack/web-api";
import type { Sql } from "postgres";
import type { Claimed, Hold } from "#db/message-claims.ts";
import { type Held, postpone, postponeChannel } from "#db/message-marks.ts";
import type { Due } from "#db/messages-due.ts";
import { markDisconnected } from "#db/places.ts";
import type { Logger } from "../../logger.ts";
import type { ClientFor } from "../clients.ts";
import { type SlackFailure, slackFailure } from "../slack-failure.ts";
import { refusedBlocks } from "./forms.ts";
import type { Limits, Pacing } from "./pacing.ts";

/** One client for what people wait for and one for progress, so that a limit on progress holds no decision. */
export type SlackClients = { readonly decisions: ClientFor; readonly progress: ClientFor };

/** What every part of the sender works with. */
export type Sending = {
  readonly sql: Sql;
  readonly holder: string;
  readonly clients: SlackClients;
  readonly limits: Limits;
  readonly pacing: Pacing;
  /** Direct messages that were opened, by workspace and person. */
  readonly directs: Map<string, string>;
  readonly log: Logger;
};

/** A claimed message, from when on it may be somebody else's, and how to say so. */
export type Job = Held & {
  readonly due: Due;
  readonly message: Claimed;
  /** Whether there is time for one more call before somebody else may take the message over. */
  readonly hasTime: () => boolean;
};

/** The client that belongs to the rank. */
export async function clientOf({ clients }: Sending, { rank, workspaceId }: Due): Promise<WebClient> {
  return rank === 2 ? clients.progress(workspaceId) : clients.decisions(workspaceId);
}

/** For how long to claim. `hasTime` counts from now: call this before the claim, so that it errs on the safe side. */
export function startHold({ holder, limits }: Sending): {
  readonly hold: Hold;
  readonly hasTime: () => boolean;
} {
  const endMs = performance.now() + limits.holdMs - limits.callMs;
  return { hold: { holder, holdMs: limits.holdMs }, hasTime: () => performance.now() < endMs };
}

/** What a call came to: its answer, or what its failure means. */
export async function tryCall<T>(
  call: () => Promise<T>,
): Promise<{ readonly answer: T } | { readonly failure: SlackFailure; readonly error: unknown }> {
  try {
    return { answer: await call() };
  } catch (error) {
    return { failure: slackFailure(error), error };
  }
}

/** Each failure in a row doubles the wait, seven times at most: from one second to two minutes. */
export function waitAfter(failures: number, firstMs: number): number {
  return firstMs * 2 ** Math.min(failures, 7);
}

/** Failures after which a message simply waits. */
export type Waiting = Exclude<SlackFailure, { readonly kind: "blocks" | "gone" | "refused" }>;

/** Lets go of a message that has to wait, and of everything else that the same reason holds up. */
export async function holdBack(
  sending: Sending,
  job: Job,
  state: "wanted" | "posting" | "posted",
  failure: Waiting,
): Promise<void> {
  const { sql, limits, pacing, log } = sending;
  const { due, message } = job;
  const { plain, failures } = message;
  const wait = { state, plain, counts: true };
  const fields = { workspace: due.workspaceId, channel: due.channelId, card: message.key };
  switch (failure.kind) {
    case "limited":
      pacing.block(due, failure.retryAfterMs);
      log.info("Slack limits us", { ...fields, ...failure });
      return postpone(sql, job, { ...wait, waitMs: 0, lastError: "limited", counts: false });
    case "unclear": {
      const firstMs = state === "posting" ? limits.settleMs : limits.waitMs;
      const waitMs = waitAfter(failures, firstMs);
      log.warn("Slack gave no clear answer", { ...fields, reason: failure.reason, waitMs });
      return postpone(sql, job, { ...wait, waitMs, lastError: failure.reason });
    }
    case "closed": {
      const waitMs = waitAfter(failures, limits.closedWaitMs);
      log.warn("Slack does not let us into a channel", { ...fields, ...failure, waitMs });
      await postpone(sql, job, { ...wait, waitMs, lastError: failure.code });
      return state === "wanted" ? postponeChannel(sql, due, waitMs, failure.code) : undefined;
    }
    case "disconnected":
      await disconnect(sending, due.workspaceId, failure.code);
      return postpone(sql, job, { ...wait, waitMs: 0, lastError: failure.code });
  }
}

/** Nothing is sent to this workspace until it is connected again; says so once. */
export async function disconnect({ sql, log }: Sending, workspaceId: string, code: string): Promise<void> {
  if (!(await markDisconnected(sql, workspaceId))) return;
  log.error(
    `Slack does not know us in this workspace any more (${code}): its messages wait. Connect it again with ./countersign connect.`,
    { workspace: workspaceId },
  );
}

/** Slack would not take this content: said with the blocks that it complained about. */
export function logRefusal(
  { log }: Sending,
  { message }: Job,
  failure: Extract<SlackFailure, { readonly code: string }>,
  blocks: readonly unknown[],
): void {
  const { code, detail } = failure;
  log.error("Slack refused what a message should show", {
    workspace: message.workspaceId,
    card: message.key,
    code,
    detail,
    blocks: refusedBlocks(detail, blocks),
  });
}
