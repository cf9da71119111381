import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { lookAtMarket, MOST_STEPS, reserve } from "#db/claims.ts";
import { beatAgents } from "#db/outside-agents.ts";
import { TASKS_CHANNEL } from "#db/tasks.ts";
import type { Engine } from "#engine/engine.ts";
import type { Logger } from "../../logger.ts";
import { type Begun, beginTask, giveBack, NEVER_HEARD } from "./begin-task.ts";
import { type Found, match } from "./match.ts";
import { type Claim, createWaiters, type Waiter } from "./waiters.ts";

/** Where nobody calls, somebody looks: news can get lost with a connection. */
const SWEEP_MS = 5_000;
/** Who waits gives a sign of life by waiting. */
const BEAT_MS = 20_000;

type Needs = {
  readonly sql: Sql;
  readonly engine: Engine;
  /** How many tasks the agents of a workspace may hold together; null for any number. */
  readonly most: number | null;
  readonly log: Logger;
};

/** Brings an attempt to an agent that does not claim. */
type Push = (begun: Begun) => Promise<void>;

export type Market = Awaited<ReturnType<typeof openMarket>>;

/**
 * Where steps for agents outside meet those agents. However many wait in this process, one look serves all of them: at
 * news from Postgres, at a new claim, and every few seconds. Other processes do the same; the reservation keeps them apart.
 */
export async function openMarket(needs: Needs) {
  const { sql, log } = needs;
  const waiters = createWaiters();
  const hands = createHands(needs, waiters, () => wake());
  let push: Push | null = null;
  let isOpen = true;
  let isLooking = false;
  let isNews = false;

  function wake(): void {
    isNews = true;
    if (!isLooking) void look();
  }

  async function look(): Promise<void> {
    isLooking = true;
    while (isNews && isOpen) {
      isNews = false;
      if (waiters.count() === 0 && push === null) break;
      const looking = waiters.all();
      const isMore = await hands.handOut(looking, push).catch((error) => {
        log.warn("tasks could not be handed out; they are looked for again in a moment", { error });
        return false;
      });
      if (isMore) isNews = true;
      waiters.serve(looking);
    }
    isLooking = false;
  }

  const listening = await sql.listen(TASKS_CHANNEL, wake, wake);
  const sweeping = setInterval(wake, SWEEP_MS);
  const beating = setInterval(() => {
    const ids = waiters.agentIds();
    if (ids.length > 0)
      void beatAgents(sql, ids).catch((error) => log.warn("signs of life were lost", { error }));
  }, BEAT_MS);

  return {
    /** The next step for an agent, begun; null where there was none in time, or the caller went away. */
    claim(claim: Claim): Promise<Begun | null> {
      if (!isOpen) return Promise.resolve(null);
      const claimed = waiters.enter(claim);
      wake();
      return claimed;
    },

    /** From now on also agents whom work is pushed to get theirs. */
    pushWith(send: Push): void {
      push = send;
      wake();
    },

    /** Sends everybody away who waits, and lets what is begun come to its end. */
    async close(): Promise<void> {
      isOpen = false;
      push = null;
      clearInterval(sweeping);
      clearInterval(beating);
      for (const waiter of waiters.all()) waiters.leave(waiter);
      await listening.unlisten();
      await hands.settle();
      for (const waiter of waiters.all()) waiters.leave(waiter);
    },
  };
}

/** One round of handing out, and what is begun in it. `wake` is called when somebody waits again. */
function createHands(needs: Needs, waiters: ReturnType<typeof createWaiters>, wake: () => void) {
  const { sql, most, log } = needs;
  const beginning = new Set<Promise<void>>();

  async function begin(one: Found<Waiter> & { readonly lease: string }, push: Push | null): Promise<void> {
    const { waiter } = one;
    const begun = await beginTask(needs, one);
    if (begun === null && waiter) {
      waiters.enterAgain(waiter);
      wake();
    }
    if (begun === null) return;
    if (waiter?.signal.aborted) {
      waiter.tell(null);
      await giveBack(needs, begun.task, NEVER_HEARD);
    } else if (waiter) waiter.tell(begun);
    else await push?.(begun);
  }

  function start(one: Found<Waiter> & { readonly lease: string }, push: Push | null): void {
    if (one.waiter) waiters.take(one.waiter);
    const begins = begin(one, push)
      .catch((error) => {
        log.warn("a task could not be begun; its lease will lapse", { error });
        one.waiter?.tell(null);
      })
      .finally(() => beginning.delete(begins));
    beginning.add(begins);
  }

  return {
    /** Gives those who look, and with `push` those who do not, what there is. Resolves to whether there may be more. */
    async handOut(looking: readonly Waiter[], push: Push | null): Promise<boolean> {
      const ids = [...new Set(looking.map(({ agentId }) => agentId))];
      const market = await lookAtMarket(sql, ids, { withPush: push !== null, most });
      const there = looking.filter((waiter) => waiters.has(waiter)); // some may have left meanwhile
      const found = match(market, there).map((one) => ({ ...one, lease: one.waiter?.lease ?? randomUUID() }));
      if (found.length === 0) return false;
      const reserved = await reserve(sql, found.map(toMatch), most);
      for (const one of found) if (reserved.has(one.lease)) start(one, push);
      // Another process was quicker, or there were more than one look shows.
      return reserved.size < found.length || market.steps.length === MOST_STEPS;
    },

    settle: async (): Promise<void> => void (await Promise.all(beginning)),
  };
}

const toMatch = ({ lease, step, agent, waiter }: Found<Waiter> & { readonly lease: string }) => ({
  ...{ lease, step, agentId: agent.id },
  leaseMs: waiter?.leaseMs ?? agent.leaseMs,
});
