import { z } from "zod";

/** The key of a run's page among its links. */
export const PAGE_KEY = "page";

/** What a page's link remembers of our last writing. */
const Shown = z.object({
  /** Of what it showed then. */
  hash: z.string(),
  at: z.number(),
  /** The run had ended. */
  isFinal: z.boolean(),
  /** The page's version then: a higher one is somebody else's. */
  version: z.number(),
  /** Of what people read in our part then; null where that is not known. */
  section: z.string().nullable().default(null),
  /** The labels it has got; null until it has got any, and our mark. */
  labels: z.array(z.string()).readonly().nullable(),
});
export type Shown = z.infer<typeof Shown>;

/** What is to be remembered of a page that is being made. */
const Tried = z.object({ title: z.string() });

/** Nothing is known of a page that was never written. */
export function readShown(shown: unknown): Shown {
  const read = Shown.safeParse(shown);
  return read.success
    ? read.data
    : { hash: "", at: 0, isFinal: false, version: 0, section: null, labels: null };
}

/** The title under which a page was asked for last; null where that is not known. */
export function readTried(shown: unknown): string | null {
  const read = Tried.safeParse(shown);
  return read.success ? read.data.title : null;
}
