import type { z } from "zod";
import { OutsideFailure } from "../errors.ts";

/** How hard a model should think. Older models refuse the word, so nothing is sent unless somebody chose it. */
export type Effort = "low" | "medium" | "high";

/** What a model is asked. The three texts go out in this order: what changes least comes first, so that it is cached. */
export type ModelRequest<T> = {
  /** The rules of a role. The same for every step of that role. */
  readonly system: string;
  /** What stays the same from one attempt to the next: the goal, the results so far. */
  readonly shared: string;
  /** What is wanted now. */
  readonly user: string;
  /** The form of the reply, as a flat object: every field required, `null` where there is nothing. */
  readonly schema: z.ZodType<T>;
  readonly maxTokens: number;
  readonly effort?: Effort | undefined;
};

/** What calls cost, in calls and tokens. `inputTokens` counts all of them, `cachedTokens` those that came from a cache. */
export type ModelUsage = {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
};

export const NO_USAGE: ModelUsage = { calls: 0, inputTokens: 0, outputTokens: 0, cachedTokens: 0 };

/** The sum of two costs. */
export const addUsage = (a: ModelUsage, b: ModelUsage): ModelUsage => ({
  calls: a.calls + b.calls,
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  cachedTokens: a.cachedTokens + b.cachedTokens,
});

/** Who listens while a model works. */
export type ModelListener = {
  /** Awaited before each call to the far side; what it throws ends the asking, and no call is made. */
  call?(): Promise<void>;
  /** The next piece of the reply, as it arrives. */
  text?(delta: string): void;
  /** Awaited after each call, also after one that failed on its way: what it cost. */
  usage?(usage: ModelUsage): Promise<void>;
};

/**
 * A language model. `name` is `provider:model`. `ask` resolves to a reply that fits the schema; it mends a useless reply
 * once, in a second call. Throws `ModelFailure` for trouble on the far side, and the signal's reason when it fires.
 */
export type Model = {
  readonly name: string;
  ask<T>(
    request: ModelRequest<T>,
    on: ModelListener,
    signal: AbortSignal,
  ): Promise<{ readonly value: T; readonly usage: ModelUsage }>;
};

/** Trouble with a model. `again` says whether the same call may do better later: a wrong key does not. */
export class ModelFailure extends OutsideFailure {
  readonly again: boolean;

  constructor(
    system: string,
    message: string,
    options: { readonly again: boolean; readonly retryAfterMs?: number; readonly cause?: unknown },
  ) {
    super(system, message, options);
    this.again = options.again;
  }
}
