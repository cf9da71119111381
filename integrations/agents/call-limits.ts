/** How long a call to a model may take. */
export type CallLimits = {
  /** Without a single byte, also before the first one. */
  readonly quietMs: number;
  /** From the request to the last byte. */
  readonly totalMs: number;
};

/** Models think for a minute, and write for several. */
export const CALL_LIMITS: CallLimits = { quietMs: 120_000, totalMs: 600_000 };

/** A call took longer than its limits allow. */
export class TooSlow extends Error {
  override readonly name = "TooSlow";
}

/** What a call is made with: a signal that also fires when it takes too long, and a `fetch` that sees each byte come in. */
export type Line = { readonly signal: AbortSignal; readonly fetch: typeof fetch };

/**
 * Runs a call within its limits. Throws the signal's reason when the signal fired, and `TooSlow` when a limit was reached,
 * also where the call itself ended as if nothing were wrong: a stream of the OpenAI SDK ends silently when it is aborted.
 */
export async function withinLimits<T>(
  limits: CallLimits,
  signal: AbortSignal,
  call: (line: Line) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const cut = new AbortController();
  const endAfter = (ms: number, what: string) => setTimeout(() => cut.abort(new TooSlow(what)), ms);
  const total = endAfter(limits.totalMs, `took longer than ${seconds(limits.totalMs)}`);
  const quiet = endAfter(limits.quietMs, `sent nothing for ${seconds(limits.quietMs)}`);
  const line = { signal: AbortSignal.any([signal, cut.signal]), fetch: watchedFetch(() => quiet.refresh()) };
  try {
    return await call(line);
  } finally {
    clearTimeout(total);
    clearTimeout(quiet);
    // Also after a call that ended well: an aborted stream of the OpenAI SDK just stops, with half a reply.
    line.signal.throwIfAborted();
  }
}

/** `fetch`, saying of every piece of an answer that it arrived. */
function watchedFetch(arrived: () => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    arrived();
    if (!response.body) return response;
    const watched = response.body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(piece, controller) {
          arrived();
          controller.enqueue(piece);
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(watched, { status, statusText, headers });
  };
}

const seconds = (ms: number): string => `${ms / 1_000} s`;
