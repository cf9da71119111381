import { createHash } from "node:crypto";
import { z } from "zod";
import { Refusal } from "#engine/errors.ts";

/** Where a page ended: what the list is sorted by, in that order. Moments as Postgres writes them keep their microseconds. */
export type Position = readonly (string | number)[];

/**
 * The cursor of what comes after `position` in the list with this name ("requests"). Opaque, and it holds no secret:
 * who makes one up sees no more than the list itself shows them.
 */
export function toCursor(list: string, position: Position): string {
  const text = JSON.stringify(position);
  return Buffer.from(`${checksum(list, text)}${text}`).toString("base64url");
}

/** The position in a cursor. Throws `Refusal` for one that was changed, cut off, or comes from another list. */
export function readCursor<P extends Position>(list: string, cursor: string, reads: z.ZodType<P>): P {
  const text = Buffer.from(cursor, "base64url").toString();
  const [sum, position] = [text.slice(0, SUM_LENGTH), text.slice(SUM_LENGTH)];
  const isOurs = sum === checksum(list, position) && Buffer.from(text).toString("base64url") === cursor;
  const read = isOurs ? Json.pipe(reads).safeParse(position) : undefined;
  if (read?.success) return read.data;
  throw new Refusal("bad_input", "This cursor is none of this list's: begin again without one.", {
    field: "cursor",
  });
}

/** The usual position: newest first, by a moment as Postgres writes it and the id. */
export const ByTime = z.tuple([z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+\d\d$/), z.uuid()]);

const SUM_LENGTH = 12;

const Json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("is no JSON"); // whoever made it up knows how the sum is made
    return z.NEVER;
  }
});

const checksum = (list: string, text: string): string =>
  createHash("sha256").update(`${list}:${text}`).digest("base64url").slice(0, SUM_LENGTH);
