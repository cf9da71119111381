import { z } from "zod";
import { OutsideFailure, OutsideRefusal } from "#engine/errors.ts";
import { CredentialsLost } from "#integrations/atlassian/failure.ts";
import { Later } from "../../followers.ts";
import type { LinkBook } from "./link-book.ts";

/** A call that got no answer may still arrive, and search learns of new things late: before that nothing is made again. */
const UNSURE_MS = 30_000;

/** What was asked for and not found is made again, but not before it is sure that it is not there. Throws `Later` until then. */
export function refuseTooSoon(book: LinkBook, keys: readonly string[]): void {
  const triedAt = Math.max(...keys.map((key) => book.all.get(key)?.triedAt.getTime() ?? 0));
  const waitMs = Math.min(UNSURE_MS, triedAt + UNSURE_MS - Date.now());
  if (waitMs > 0) throw new Later(waitMs, "Whether Jira has made it is not known yet.");
}

/** Asks for new things, which are marked before. Where it is sure that none was made, the marks go again. */
export async function make<T>(book: LinkBook, keys: readonly string[], ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (wasNotDone(error)) await book.notMade(keys);
    throw error;
  }
}

const Limited = z.object({ cause: z.object({ status: z.literal(429) }) });

/** Whether a call has surely changed nothing: it was refused, or nobody was asked at all. */
export function wasNotDone(error: unknown): boolean {
  if (error instanceof Later) return error.cause === undefined || wasNotDone(error.cause);
  if (error instanceof OutsideRefusal || error instanceof CredentialsLost) return true;
  return error instanceof OutsideFailure && Limited.safeParse(error).success;
}
