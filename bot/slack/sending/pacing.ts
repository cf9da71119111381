import type { Rank } from "#db/messages.ts";
import type { Due } from "#db/messages-due.ts";
import { CALL_MS } from "../clients.ts";
import { type Allowance, createAllowance } from "./allowance.ts";

/** How fast we go, and how long we wait. Times in milliseconds. */
export type Limits = {
  /** Between two posts into one channel. */
  readonly postEveryMs: number;
  /** Of one workspace, in any minute (`minuteMs`). */
  readonly updatesPerMinute: number;
  readonly minuteMs: number;
  /** Between two progress updates of one message, and when the workspace's allowance for progress runs low. */
  readonly progressEveryMs: number;
  readonly slowProgressEveryMs: number;
  /** After an answer that nobody heard, before we look for the message: Slack may be storing it at this moment. */
  readonly settleMs: number;
  /** How long a call may take, and how long a message is claimed for it. */
  readonly callMs: number;
  readonly holdMs: number;
  /** The first wait after a failure, and where Slack lets us not post; each further one is twice as long. */
  readonly waitMs: number;
  readonly closedWaitMs: number;
};

/** Slack's limits: design §5 and https://docs.slack.dev/apis/web-api/rate-limits */
export const LIMITS: Limits = {
  postEveryMs: 1_000,
  updatesPerMinute: 50,
  minuteMs: 60_000,
  progressEveryMs: 1_000,
  slowProgressEveryMs: 3_000,
  settleMs: 2_000,
  callMs: CALL_MS,
  holdMs: 15_000,
  waitMs: 1_000,
  closedWaitMs: 30_000,
};

const DEFER_MS = 100;

const RANKS: readonly Rank[] = [0, 1, 2];

export type Pacing = ReturnType<typeof createPacing>;

/** Remembers what was sent and what Slack said, and knows when the next call may go. `nowMs` never goes back. */
export function createPacing(limits: Limits, nowMs: () => number) {
  /** Moments before which something must not happen, by what it is. */
  const notBefore = new Map<string, number>();
  const lastUpdates = new Map<string, number>();
  const allowances = new Map<string, Allowance>();

  function allowanceOf({ workspaceId }: Due): Allowance {
    const allowance = allowances.get(workspaceId) ?? createAllowance(limits, nowMs);
    allowances.set(workspaceId, allowance);
    return allowance;
  }

  /** A limit on something urgent holds what is less urgent too, never the other way round. */
  const blockedUntil = (due: Due): number =>
    Math.max(
      ...RANKS.filter((rank) => rank <= due.rank).map(
        (rank) => notBefore.get(limitOf({ ...due, rank })) ?? 0,
      ),
    );

  function updateAt(due: Due): number {
    const allowance = allowanceOf(due);
    if (due.rank < 2) return allowance.anyAt();
    const gapMs = allowance.isProgressLow() ? limits.slowProgressEveryMs : limits.progressEveryMs;
    const last = lastUpdates.get(due.id);
    return Math.max(allowance.progressAt(), last === undefined ? 0 : last + gapMs);
  }

  function forgetOld(): void {
    const sinceMs = nowMs() - limits.minuteMs;
    for (const known of [notBefore, lastUpdates])
      for (const [key, atMs] of known) if (atMs < sinceMs) known.delete(key);
  }

  return {
    /** From when on this may be done. */
    readyAt(due: Due): number {
      const free = Math.max(blockedUntil(due), notBefore.get(due.id) ?? 0);
      if (due.kind === "update") return Math.max(free, updateAt(due));
      return due.kind === "post" ? Math.max(free, notBefore.get(channelOf(due)) ?? 0) : free;
    },

    /** When the message was last sent, so that the one that waited longest goes first; 0 where that is long ago. */
    lastUpdateAt: (id: string): number => lastUpdates.get(id) ?? 0,

    /** Counts a call that goes out now. */
    count(due: Due): void {
      forgetOld();
      if (due.kind === "post") notBefore.set(channelOf(due), nowMs() + limits.postEveryMs);
      if (due.kind === "post" || due.kind === "update") lastUpdates.set(due.id, nowMs());
      if (due.kind === "update") allowanceOf(due).count(due.rank === 2);
    },

    /** Somebody else has it at this moment: it is looked at again a little later, not at once. */
    defer({ id }: Due): void {
      notBefore.set(id, nowMs() + DEFER_MS);
    },

    /** Slack said `Retry-After`. */
    block(due: Due, retryAfterMs: number): void {
      notBefore.set(limitOf(due), nowMs() + retryAfterMs);
    },
  };
}

/** Slack limits each method of a workspace by itself. */
const limitOf = ({ workspaceId, kind, rank }: Due): string => `${workspaceId} ${kind} ${rank}`;

const channelOf = ({ workspaceId, channelId }: Due): string => `${workspaceId} ${channelId}`;
