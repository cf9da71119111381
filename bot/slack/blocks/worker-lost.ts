import { type Card, toCard } from "./card.ts";
import { section, context as words } from "./elements.ts";
import { inert } from "./text.ts";

/** For operators: a worker is gone without a word (S2-44). What it had begun is tried again by itself. */
export function workerLostCard({ host, pid }: { readonly host: string; readonly pid: number }): Card {
  const line = `A worker on ${inert(host, 60)} was lost (process ${pid})`;
  return toCard(line, [
    section(`✕ *${line}*`, "What it was working on is tried again by another worker, or when it is back."),
    words("If nobody stopped it: look into its log, and at the machine's memory."),
  ]);
}
