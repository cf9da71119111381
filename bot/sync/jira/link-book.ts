import type { Sql } from "postgres";
import {
  closeLink,
  forgetMaking,
  type Link,
  type LinkPlace,
  linksOf,
  markMaking,
  saveLink,
} from "#db/links.ts";
import { showAgain } from "#db/sync-again.ts";

/** What is saved of a link. */
type Saved = Partial<Pick<Link, "state" | "outsideId" | "outsideKey" | "url" | "shown">>;

export type LinkBook = Awaited<ReturnType<typeof openLinkBook>>;

/** The links of one log, kept as they are in the database: each change is saved before whoever made it goes on. */
export async function openLinkBook(sql: Sql, place: LinkPlace) {
  const all = new Map(await linksOf(sql, place));
  const none = (key: string): Link => ({
    key,
    state: "making",
    outsideId: null,
    outsideKey: null,
    url: null,
    shown: null,
    triedAt: new Date(),
  });
  const change = (key: string, changed: Partial<Link>): Link => {
    const link = { ...none(key), ...all.get(key), ...changed };
    all.set(key, link);
    return link;
  };

  return {
    all: all as ReadonlyMap<string, Link>,

    /** One that is there; null where it is not, or not any more. */
    there(key: string): (Link & { readonly outsideId: string }) | null {
      const link = all.get(key);
      return link?.state === "there" && link.outsideId !== null
        ? { ...link, outsideId: link.outsideId }
        : null;
    },

    /** Nobody writes it: somebody deleted it, or an operator said so. */
    isClosed: (key: string): boolean => ["gone", "skipped"].includes(all.get(key)?.state ?? ""),

    /** About to be asked for. `shown`: what whoever finds it like that needs to know. */
    async making(keys: readonly string[], shown?: unknown): Promise<void> {
      if (shown !== undefined)
        for (const key of keys) await saveLink(sql, place, { ...none(key), shown, state: "making" });
      await markMaking(sql, place, keys);
      for (const key of keys)
        change(key, { state: "making", triedAt: new Date(), ...(shown === undefined ? {} : { shown }) });
    },

    async notMade(keys: readonly string[]): Promise<void> {
      await forgetMaking(sql, place, keys);
      for (const key of keys) if (all.get(key)?.state === "making") all.delete(key);
    },

    async save(key: string, changed: Saved): Promise<void> {
      const address = all.get(key)?.url ?? null;
      const link = change(key, { state: "there", ...changed });
      await saveLink(sql, place, link);
      // The goal's thread leads to its issue.
      if (key === "run" && link.url !== address) await showAgain(sql, place.workspaceId, place.streamId);
    },

    async close(key: string, state: "gone" | "skipped"): Promise<void> {
      await closeLink(sql, place, key, state);
      change(key, { state });
    },
  };
}
