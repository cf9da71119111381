import { ByTime, readCursor, toCursor } from "./pages.ts";
import type { Page } from "./requests/request.ts";

/** A page that a caller asks for. */
export type Paging = { readonly limit: number; readonly cursor?: string | undefined };

/** A page of a list that is sorted by its rows' place, a moment, and their id. One more row is read: is there a next page? */
export async function newestFirst<T extends { readonly id: string; readonly place: string }>(
  list: string,
  { limit, cursor }: Paging,
  read: (paging: {
    readonly most: number;
    readonly after: { readonly at: string; readonly id: string } | null;
  }) => Promise<readonly T[]>,
): Promise<Page<T>> {
  const [at, id] = cursor === undefined ? [] : readCursor(list, cursor, ByTime);
  const after = at === undefined || id === undefined ? null : { at, id };
  const rows = await read({ most: limit + 1, after });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? toCursor(list, [last.place, last.id]) : null };
}
