import type { Speak, Spoken } from "#engine/agent/ask-model.ts";
import { type ModelUsage, NO_USAGE } from "#engine/agent/model.ts";
import { type CallLimits, type Line, withinLimits } from "./call-limits.ts";
import { type Provider, toModelFailure } from "./model-failure.ts";

/** One line per call, for the log: what was called, how it ended, what it cost. Never a prompt, a reply or a key. */
export type CallRecord = {
  readonly model: string;
  readonly end: Spoken["end"] | "failed" | "aborted";
  readonly tookMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  /** Why it failed, in the words that people are told. */
  readonly failure?: string;
};

/** Where calls are noted. */
export type CallLog = (record: CallRecord) => void;

/** What a reply is gathered with: its text as it comes, and its cost as far as it is known. */
export type Gathering = {
  text(delta: string): void;
  /** The cost so far; the newest counts. */
  cost(tokens: { readonly input: number; readonly output: number; readonly cached: number }): void;
};

/** Makes one call with one SDK, and says how the reply ended. Its trouble may be anything that SDK throws. */
export type Converse = (
  call: Parameters<Speak>[0],
  gathering: Gathering,
  line: Line,
) => Promise<Spoken["end"]>;

/** What all providers share around a call: its limits, its cost, its line in the log, and its trouble in our words. */
export function createSpeak(
  {
    provider,
    limits,
    log,
  }: { readonly provider: Provider; readonly limits: CallLimits; readonly log: CallLog },
  converse: Converse,
): Speak {
  return async (call, on, signal) => {
    const startedAt = performance.now();
    let text = "";
    let usage: ModelUsage = { ...NO_USAGE, calls: 1 };
    const gathering: Gathering = {
      text: (delta) => {
        text += delta;
        on.text(delta);
      },
      cost: ({ input, output, cached }) => {
        usage = { calls: 1, inputTokens: input, outputTokens: output, cachedTokens: cached };
      },
    };
    const note = (end: CallRecord["end"], failure?: string): void => {
      on.spent(usage);
      const { calls, ...tokens } = usage;
      const tookMs = Math.round(performance.now() - startedAt);
      log({ model: provider.model, end, tookMs, ...tokens, ...(failure === undefined ? {} : { failure }) });
    };
    try {
      const end = await withinLimits(limits, signal, (line) => converse(call, gathering, line));
      note(end);
      return { text, end };
    } catch (error) {
      if (signal.aborted) {
        note("aborted");
        throw signal.reason;
      }
      const failure = toModelFailure(provider, error);
      note("failed", failure.message);
      throw failure;
    }
  };
}
