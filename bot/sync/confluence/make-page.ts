import type { Sql } from "postgres";
import { type Link, type LinkPlace, saveLink } from "#db/links.ts";
import { OutsideRefusal } from "#engine/errors.ts";
import type { Confluence, Page } from "#integrations/confluence/confluence.ts";
import { hasSection, putSection } from "#integrations/confluence/marked-section.ts";
import type { Block } from "#integrations/confluence/storage.ts";
import type { RunStory } from "../follower.ts";
import { titleOf } from "./page.ts";
import { PAGE_KEY, readTried } from "./shown.ts";

/** More pages than this of one title in one space are somebody's mistake. */
const MOST_OF_A_TITLE = 50;

type Needs = {
  readonly sql: Sql;
  readonly port: Confluence;
  readonly story: RunStory;
  readonly place: LinkPlace;
  readonly blocks: readonly Block[];
};

/**
 * Makes a run's page, or finds the one that was made by somebody of us who could not say so any more. A space has each title
 * once, so whoever comes second is refused, and looks: what carries our section or our mark is ours; other pages are left alone
 * and the next title is tried. So a page is never made twice, however late the first one comes to be.
 */
export async function makePage(
  needs: Needs,
  link: Link | undefined,
): Promise<{ readonly page: Page; readonly isNew: boolean }> {
  const tried = readTried(link?.shown);
  const found = tried === null ? null : await findOurs(needs, tried);
  if (found) return { page: found, isNew: false };
  for (let nth = 1; nth <= MOST_OF_A_TITLE; nth += 1) {
    const title = titleOf(needs.story, nth);
    const made = (await create(needs, title)) ?? (await findOurs(needs, title));
    if (made) return "page" in made ? made : { page: made, isNew: false };
  }
  throw new OutsideRefusal(
    "Confluence",
    "title_taken",
    `Confluence has ${MOST_OF_A_TITLE} pages with the title “${titleOf(needs.story, 1)}” already, none of them ours. Rename or delete some of them.`,
  );
}

/** Null where somebody has a page of that title. */
async function create({ sql, port, story, place, blocks }: Needs, title: string) {
  const making = { key: PAGE_KEY, state: "making", outsideId: null, outsideKey: null, url: null } as const;
  await saveLink(sql, place, { ...making, shown: { title } });
  try {
    const page = await port.create({ title, body: putSection("", story.run.id, blocks) });
    return { page, isNew: true };
  } catch (error) {
    if (error instanceof OutsideRefusal && error.code === "title_taken") return null;
    throw error;
  }
}

async function findOurs({ port, story }: Needs, title: string): Promise<Page | null> {
  const page = await port.findByTitle(title);
  if (!page) return null;
  const isOurs = hasSection(page.body, story.run.id) || (await port.markOf(page.id)) === story.run.id;
  return isOurs ? page : null;
}
