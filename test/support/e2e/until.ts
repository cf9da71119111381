import { vi } from "vitest";

/** How long people would wait at most; on a busy machine everything takes its time. */
const PATIENCE_MS = 60_000;

type Patience = { readonly timeoutMs?: number; readonly everyMs?: number };

/** Looks again and again until there is something, and gives it. Fails with what it waited for, and what `seen` says then. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | null | false>,
  { timeoutMs = PATIENCE_MS, everyMs = 40 }: Patience = {},
  seen: () => Promise<string> = async () => "",
): Promise<T> {
  const found = async (): Promise<T> => {
    const it = await look();
    if (it === undefined || it === null || it === false) throw new NotYet();
    return it;
  };
  try {
    return await vi.waitFor(found, { timeout: timeoutMs, interval: everyMs });
  } catch (error) {
    if (!(error instanceof NotYet)) throw error;
    throw new Error(`Waited ${timeoutMs / 1_000} s for ${what}. ${await seen()}`);
  }
}

class NotYet extends Error {}
