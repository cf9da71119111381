import { createHash } from "node:crypto";
import type { Sql } from "postgres";
import { closeLink, type Link, type LinkPlace, linksOf, saveLink } from "#db/links.ts";
import { wantMessage } from "#db/messages.ts";
import { showAgain } from "#db/sync-again.ts";
import { hasEnded } from "#engine/run/run.ts";
import type { Confluence, Page } from "#integrations/confluence/confluence.ts";
import { putSection } from "#integrations/confluence/marked-section.ts";
import { sectionHash } from "#integrations/confluence/section-text.ts";
import { type Block, storageOf } from "#integrations/confluence/storage.ts";
import { Later } from "../../followers.ts";
import { goalKey } from "../../slack/thread-messages.ts";
import type { RunStory } from "../follower.ts";
import { makePage } from "./make-page.ts";
import { pageGoneCard } from "./page-gone.ts";
import { isToBeShown } from "./page-overview.ts";
import { PAGE_KEY, readShown, type Shown } from "./shown.ts";

/** While a run goes on, its page is written at most so often. */
const BETWEEN_MS = 60_000;

/** All that one look at a run's page needs. */
export type PageNeeds = {
  readonly sql: Sql;
  readonly now: () => number;
  readonly port: Confluence;
  readonly story: RunStory;
  readonly place: LinkPlace;
  readonly labels: readonly string[];
  /** What our part of it should show. */
  readonly blocks: readonly Block[];
};

/**
 * Makes a run's page as soon as there is a plan, brings it up to date at most once a minute, and at once at the run's end. A
 * page that somebody has deleted stays deleted, which its thread is told once.
 */
export async function bringPage(needs: PageNeeds): Promise<void> {
  const { sql, story, place, blocks } = needs;
  const link = (await linksOf(sql, place)).get(PAGE_KEY);
  if (link?.state === "gone" || link?.state === "skipped" || !isToBeShown(story.run)) return;
  const { pageId, shown } = await thereOf(needs, link);
  const hash = hashOf(blocks);
  const written = shown.hash === hash ? shown : await write(needs, pageId, { ...shown, hash });
  if (written) await dress(needs, pageId, written);
}

/** What a page shows, in a word. */
const hashOf = (blocks: readonly Block[]): string =>
  createHash("sha256").update(storageOf(blocks)).digest("hex");

/** The page, made now where it is not there yet. */
async function thereOf(
  needs: PageNeeds,
  link: Link | undefined,
): Promise<{ readonly pageId: string; readonly shown: Shown }> {
  const shown = readShown(link?.shown);
  if (link?.state === "there" && link.outsideId !== null) return { pageId: link.outsideId, shown };
  const { page, isNew } = await makePage(needs, link);
  const { story, now } = needs;
  const fresh = isNew
    ? { hash: hashOf(needs.blocks), at: now(), isFinal: hasEnded(story.run), version: page.version }
    : { hash: "", at: 0, isFinal: false, version: page.version };
  const made = { ...fresh, section: sectionHash(page.body, story.run.id), labels: null };
  await save(needs, page, made);
  // The goal's thread leads to its page.
  await showAgain(needs.sql, needs.place.workspaceId, needs.place.streamId);
  return { pageId: page.id, shown: made };
}

/** Null where it is gone. */
async function write(needs: PageNeeds, pageId: string, shown: Shown): Promise<Shown | null> {
  const { now, port, story, blocks } = needs;
  const isFinal = hasEnded(story.run);
  if (!isFinal || shown.isFinal) wait(shown.at + BETWEEN_MS - now());
  const at = now();
  const page = await port.update(pageId, ({ body }) => putSection(body, story.run.id, blocks));
  if (!page) {
    await tellGone(needs, pageId);
    return null;
  }
  const section = sectionHash(page.body, story.run.id);
  const written = { ...shown, at, isFinal, version: page.version, section };
  await save(needs, page, written);
  return written;
}

/** Rejects with `Later` where something is to be waited for. Another machine's clock may be ahead of ours. */
function wait(ms: number): void {
  if (ms > 0) throw new Later(Math.min(ms, BETWEEN_MS), "Its page is written once a minute.");
}

/** Labels and our mark, once; and labels again where the settings name others. */
async function dress({ sql, port, story, place, labels }: PageNeeds, pageId: string, shown: Shown) {
  if (shown.labels?.join(" ") === labels.join(" ")) return;
  if (shown.labels === null) await port.mark(pageId, story.run.id);
  await port.label(pageId, labels);
  const link = (await linksOf(sql, place)).get(PAGE_KEY);
  if (link?.outsideId === pageId) await saveLink(sql, place, { ...link, shown: { ...shown, labels } });
}

const save = ({ sql, place }: PageNeeds, { id, url }: Page, shown: Shown): Promise<void> =>
  saveLink(sql, place, { key: PAGE_KEY, outsideId: id, outsideKey: null, url, shown });

async function tellGone({ sql, story, place }: PageNeeds, pageId: string): Promise<void> {
  const { workspaceId, streamId } = place;
  const { goalId, channel } = story.brief;
  await sql.begin(async (tx) => {
    await closeLink(tx as unknown as Sql, place, PAGE_KEY, "gone");
    await wantMessage(tx, {
      ...{ workspaceId, streamId, key: `page-gone:${streamId}:${pageId}`, rank: 2 },
      ...{ channelId: channel, threadKey: goalKey(goalId), desired: pageGoneCard(story) },
    });
  });
}
