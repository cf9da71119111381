import { CountersignError } from "./error.ts";
import type { Envelope } from "./events.ts";
import { nextTryMs } from "./retry-rule.ts";
import { readSse } from "./sse.ts";
import { type CallOptions, pause, type Transport } from "./transport.ts";

/** The server gives a sign every 15 s: who is silent for longer than this is gone. */
const SILENCE_MS = 45_000;
const RETRIES = 8;
/** After the server ended its answer: it was stopping, or we were too slow. */
const AGAIN_MS = 250;
const ENDS = new Set(["workflow.completed", "workflow.failed", "workflow.cancelled"]);

export type TailOptions = CallOptions & {
  /** Go on after this one: the `id` of the last fact that you have seen. */
  readonly after?: string | undefined;
  /** Without `after`: from the run's beginning where nothing is said. "now": what comes after this call, without a gap. */
  readonly from?: "start" | "now" | undefined;
  /** How long the server may be silent before it is called again. */
  readonly silenceMs?: number | undefined;
};

/** An event and its place in the stream: give `id` as `after` to go on behind it later. */
export type TailEvent = { readonly id: string; readonly event: Envelope };

/** How far the reading has come, over all connections. */
type Place = { last: string | undefined; failures: number; isOver: boolean };

/**
 * Every event of the run, each once and in order, until the run has ended. A broken connection is taken up again behind the
 * last event that came; after eight failures in a row that is thrown.
 */
export async function* tailAt(
  transport: Transport,
  run: string,
  options: TailOptions = {},
): AsyncGenerator<TailEvent> {
  const last = options.after ?? (options.from === "now" ? await now(transport, run, options) : undefined);
  const place: Place = { last, failures: 0, isOver: false };
  while (!place.isOver) {
    let waitMs = AGAIN_MS;
    try {
      yield* readOnce(transport, `${run}/events`, options, place);
    } catch (error) {
      options.signal?.throwIfAborted();
      place.failures += 1;
      const nextMs = nextTryMs(brokenOff(error), place.failures, RETRIES);
      if (nextMs === null) throw error;
      waitMs = nextMs;
    }
    if (!place.isOver) await pause(waitMs, options.signal);
  }
}

/** Asked for once: a connection that breaks before the first event came would have a later "now". */
async function now(transport: Transport, run: string, options: TailOptions): Promise<string> {
  const { after: _, from: __, silenceMs: ___, ...call } = options;
  const { facts } = await transport.call<{ readonly facts: number }>("GET", run, call);
  return String(facts);
}

/** One connection's events, until it ends. */
async function* readOnce(
  transport: Transport,
  path: string,
  options: TailOptions,
  place: Place,
): AsyncGenerator<TailEvent> {
  const { after: _, silenceMs = SILENCE_MS, from: __, signal, ...call } = options;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  const either = AbortSignal.any(signal ? [signal, silence.signal] : [silence.signal]);
  const behind: Record<string, string> = place.last === undefined ? {} : { "last-event-id": place.last };
  const headers = { accept: "text/event-stream", ...behind };
  try {
    const response = await transport.open(path, { ...call, headers, signal: either });
    // 204: there is nothing behind the last event, and never will be.
    place.isOver = response.status === 204;
    for await (const told of readSse(response.body ?? [])) {
      timer.refresh();
      place.failures = 0;
      if (told === null || told.id === null) continue; // a beat, or why the server lets go of us
      const event = JSON.parse(told.data) as Envelope;
      Object.assign(place, { last: told.id, isOver: ENDS.has(event.event_type) });
      yield { id: told.id, event };
      if (place.isOver) return;
    }
  } finally {
    clearTimeout(timer);
    silence.abort(); // lets the connection go, also where whoever walks stops early
  }
}

/** What broke a stream that had begun is no answer of the server: it can be taken up again. */
const brokenOff = (error: unknown): unknown =>
  error instanceof CountersignError
    ? error
    : new CountersignError("The stream broke off.", { status: null, code: "unreachable", cause: error });
