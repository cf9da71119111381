import { z } from "zod";
import { PropertiesAnswer } from "./answers.ts";
import { readAnswer, type Site } from "./client.ts";
import { isRefused, noPermission } from "./refusals.ts";

/** The property of a page that says which run it shows. */
const PROPERTY = "countersign";
const Marked = z.object({ run: z.string() });

/** Adds labels to a page; those that are there stay. The second API can only read them. */
export async function labelPage(site: Site, id: string, labels: readonly string[]): Promise<void> {
  const body = labels.map((name) => ({ prefix: "global" as const, name }));
  if (body.length === 0) return;
  await unlessGone(
    () => site.v1.contentLabels.addLabelsToContent({ id, body }),
    noPermission(site, "label pages"),
  );
}

/** Says on a page which run it shows; whatever it says already stays. */
export async function markPage(site: Site, id: string, run: string): Promise<void> {
  const property = { pageId: Number(id), key: PROPERTY, value: { run } };
  try {
    await unlessGone(
      () => site.v2.contentProperties.createPageProperty(property),
      noPermission(site, "edit pages"),
    );
  } catch (error) {
    const isThere = isRefused(error, 409) || (isRefused(error, 400) && /already exists/i.test(error.message));
    if (!isThere) throw error;
  }
}

/** Which run a page shows; null where it does not say. */
export async function markOf({ v2 }: Site, id: string): Promise<string | null> {
  try {
    const asked = { pageId: Number(id), key: PROPERTY };
    const answer = await v2.contentProperties.getPageContentProperties(asked);
    const [property] = readAnswer(PropertiesAnswer, answer).results;
    const marked = Marked.safeParse(property?.value);
    return marked.success ? marked.data.run : null;
  } catch (error) {
    if (isRefused(error, 404)) return null;
    throw error;
  }
}

/** A page that is gone has nothing to be marked with; whoever writes it next notices. */
async function unlessGone(work: () => Promise<unknown>, notAllowed: Error): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isRefused(error, 403)) throw notAllowed;
    if (!isRefused(error, 404)) throw error;
  }
}
