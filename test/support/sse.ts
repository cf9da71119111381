import { createParser, type EventSourceMessage } from "eventsource-parser";

/** A stream as a program reads it that keeps the numbers itself. */
export type OpenStream = {
  readonly status: number;
  readonly headers: Headers;
  /** What has come so far: all, or those that are facts. */
  readonly events: readonly EventSourceMessage[];
  readonly comments: readonly string[];
  ids(): readonly number[];
  /** Resolves when the far side has ended the stream, or it was left. */
  readonly ended: Promise<void>;
  leave(): void;
};

/** Opens a stream of server-sent events. `seen` hears each event as it comes. */
export async function openStream(
  url: string,
  key: string,
  {
    lastEventId,
    seen,
  }: { readonly lastEventId?: number; readonly seen?: (event: EventSourceMessage) => void } = {},
): Promise<OpenStream> {
  const abort = new AbortController();
  const response = await fetch(url, {
    headers: {
      authorization: `Bearer ${key}`,
      ...(lastEventId === undefined ? {} : { "last-event-id": String(lastEventId) }),
    },
    signal: abort.signal,
  });
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  const parser = createParser({
    onEvent(event) {
      events.push(event);
      seen?.(event);
    },
    onComment: (comment) => comments.push(comment),
  });
  const read = async () => {
    const text = new TextDecoder();
    for await (const chunk of response.body ?? []) parser.feed(text.decode(chunk, { stream: true }));
  };
  return {
    ...{ status: response.status, headers: response.headers, events, comments },
    ids: () => events.flatMap(({ id }) => (id === undefined ? [] : [Number(id)])),
    ended: read().catch((error: unknown) => {
      if (!abort.signal.aborted) throw error;
    }),
    leave: () => abort.abort(),
  };
}
