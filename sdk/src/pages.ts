import type { CallOptions, Query, Transport } from "./transport.ts";

/** A page of a list; `next_cursor` is null on the last one. */
export type Page<T> = { readonly items: readonly T[]; readonly next_cursor: string | null };

/** Where a list begins and how much comes at once (1–100, 50 where nothing is said). */
export type Paging = { readonly limit?: number | undefined; readonly cursor?: string | undefined };

/** A list: await it for one page, or walk all of it with `for await`. */
export type List<T> = PromiseLike<Page<T>> & AsyncIterable<T>;

/** The list at this path. Nothing is called until it is awaited or walked. */
export function listAt<T>(transport: Transport, path: string, query: Query, options: CallOptions): List<T> {
  const page = (cursor: Query[string]) =>
    transport.call<Page<T>>("GET", path, { ...options, query: { ...query, cursor } });
  return {
    // biome-ignore lint/suspicious/noThenProperty: one list serves both ways of reading
    then: (onFulfilled, onRejected) => page(query["cursor"]).then(onFulfilled, onRejected),
    async *[Symbol.asyncIterator]() {
      let cursor = query["cursor"];
      do {
        const { items, next_cursor } = await page(cursor);
        yield* items;
        cursor = next_cursor;
      } while (cursor);
    },
  };
}
