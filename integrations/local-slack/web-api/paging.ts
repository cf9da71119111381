import { z } from "zod";
import { SlackError } from "../failure.ts";
import { limit } from "./method.ts";

const PAGE = 100;

/** The arguments of every method that answers in pages. */
export const pageArgs = { cursor: z.string().optional(), limit: limit.optional() };

/** One page. `cursor` is empty at the end, as Slack writes it. */
export type Page<Row> = { readonly rows: Row[]; readonly cursor: string; readonly hasMore: boolean };

/**
 * The rows after those that the cursor names. `keyOf` gives what stands in a cursor: the key of the last row of a page.
 * Throws `invalid_cursor`.
 */
export function pageOf<Row>(
  rows: readonly Row[],
  args: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
  keyOf: (row: Row) => string,
): Page<Row> {
  const start = args.cursor ? afterCursor(rows, args.cursor, keyOf) : 0;
  const page = rows.slice(start, start + (args.limit ?? PAGE));
  const last = page.at(-1);
  const hasMore = start + page.length < rows.length;
  const cursor = hasMore && last !== undefined ? Buffer.from(`next:${keyOf(last)}`).toString("base64") : "";
  return { rows: page, cursor, hasMore };
}

function afterCursor<Row>(rows: readonly Row[], cursor: string, keyOf: (row: Row) => string): number {
  const key = /^next:(.+)$/.exec(Buffer.from(cursor, "base64").toString())?.[1];
  const index = rows.findIndex((row) => keyOf(row) === key);
  if (index === -1) throw new SlackError("invalid_cursor");
  return index + 1;
}
