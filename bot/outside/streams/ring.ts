import { type Batch, type Frame, toBatch } from "./frames.ts";

/** How much of a run's story is kept at hand, for those who join or fall behind a little. */
export const MOST_FRAMES = 500;
const MOST_BYTES = 1024 * 1024;

/** The newest facts of a run, without a gap; what lies before fact number `head` is not in it. */
export function createRing(start: number) {
  let frames: readonly Frame[] = [];
  let bytes = 0;
  let head = start;
  /** The piece that was asked for last: whoever is where the others are is given the same bytes. */
  let shared: { readonly after: number; readonly head: number; readonly batch: Batch | null } | null = null;

  return {
    head: () => head,
    /** Adds what comes right after `head`. The oldest goes when there is too much. */
    keep(page: readonly Frame[]): void {
      const all = [...frames, ...page];
      bytes += page.reduce((sum, frame) => sum + frame.bytes.length, 0);
      head = all.at(-1)?.seq ?? head;
      let gone = Math.max(0, all.length - MOST_FRAMES);
      for (const frame of all.slice(0, gone)) bytes -= frame.bytes.length;
      for (; bytes > MOST_BYTES && gone < all.length - 1; gone++) bytes -= all[gone]?.bytes.length ?? 0;
      frames = all.slice(gone);
    },
    /** What comes after this fact; null where there is nothing; "behind" where that is not at hand any more. */
    next(after: number): Batch | "behind" | null {
      if (after >= head) return null;
      const [first] = frames;
      if (!first || after + 1 < first.seq) return "behind";
      if (shared?.after !== after || shared.head !== head)
        shared = { after, head, batch: toBatch(frames.slice(after + 1 - first.seq)) };
      return shared.batch;
    },
  };
}
