import { OutsideFailure } from "#engine/errors.ts";
import { PageAnswer, PagesAnswer } from "./answers.ts";
import { openSite, readAnswer, type Site } from "./client.ts";
import { labelPage, markOf, markPage } from "./marks.ts";
import { isRefused, isTitleTaken, noPermission, parentGone, refusal } from "./refusals.ts";
import type { ConfluenceSettings } from "./settings.ts";
import { demandSpace, type Space } from "./space.ts";

/** A page as it stands. `body` is storage format. */
export type Page = {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly body: string;
  readonly url: string;
  readonly status: string;
};

/** One space of a Confluence. Its calls reject with `OutsideFailure`, or with `OutsideRefusal` where no retry helps. */
export type Confluence = {
  /** Null where it was deleted, put into the trash or the archive, or hidden from us. */
  page(id: string): Promise<Page | null>;
  /** The page of that title in the space. */
  findByTitle(title: string): Promise<Page | null>;
  /** Makes a page under the parent that the settings name, else under the space's homepage. `title_taken` where there is one. */
  create(page: { readonly title: string; readonly body: string }): Promise<Page>;
  /** Gives a page another body, made of the one that it has; again where somebody was quicker. Null where the page is gone. */
  update(id: string, change: (page: Page) => string): Promise<Page | null>;
  /** Adds labels; those that are there stay. */
  label(id: string, labels: readonly string[]): Promise<void>;
  /** Says on a page which run it shows, so that it is known again whatever people do to its title and text. */
  mark(id: string, run: string): Promise<void>;
  /** Which run a page shows; null where it is no page of ours. */
  markOf(id: string): Promise<string | null>;
};

const MOST_TRIES = 5;

/** What it has learned of the space it keeps: one for each connection is enough. */
export function openConfluence(needs: {
  readonly settings: ConfluenceSettings;
  readonly token: string;
}): Confluence {
  const site = openSite(needs);
  const spaceOf = rememberSpace(site);
  const read = async (id: string) => readPage(site, id);

  return {
    async page(id) {
      const page = await read(id);
      // Else every page would seem deleted as soon as somebody takes the space away from our account.
      if (!page) await spaceOf("again");
      return page;
    },

    async findByTitle(title) {
      const { id } = await spaceOf();
      const answer = await site.v2.page.getPages({
        spaceId: [Number(id)],
        title,
        status: ["current"],
        bodyFormat: "storage",
      });
      const [found] = readAnswer(PagesAnswer, answer).results;
      return found ? toPage(site, found) : null;
    },

    create: (page) => create(site, spaceOf, page),

    async update(id, change) {
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        const page = await this.page(id);
        if (!page) return null;
        const body = change(page);
        if (body === page.body) return page;
        const written = await write(site, { ...page, body });
        if (written) return written;
      }
      throw new OutsideFailure("Confluence", "somebody else keeps changing the page");
    },

    label: (id, labels) => labelPage(site, id, labels),
    mark: (id, run) => markPage(site, id, run),
    markOf: (id) => markOf(site, id),
  };
}

type SpaceOf = (again?: "again") => Promise<Space>;

/** Asks for the space once; `again` where something speaks against what is known. */
function rememberSpace(site: Site): SpaceOf {
  let known: Promise<Space> | null = null;
  return async (again) => {
    if (again) known = null;
    known ??= demandSpace(site);
    const asked = known;
    try {
      return await asked;
    } catch (error) {
      if (known === asked) known = null;
      throw error;
    }
  };
}

async function readPage(site: Site, id: string): Promise<Page | null> {
  try {
    const answer = await site.v2.page.getPageById({ id: Number(id), bodyFormat: "storage" });
    const page = toPage(site, readAnswer(PageAnswer, answer));
    return page.status === "current" ? page : null;
  } catch (error) {
    if (isRefused(error, 404)) return null;
    throw error;
  }
}

async function create(
  site: Site,
  spaceOf: SpaceOf,
  { title, body }: { readonly title: string; readonly body: string },
): Promise<Page> {
  const space = await spaceOf();
  const parentId = site.settings.parent ?? space.homepageId;
  try {
    const under = parentId === null ? {} : { parentId };
    const content = { representation: "storage", value: body };
    const draft = { spaceId: space.id, ...under, status: "current", title, body: content };
    return toPage(site, readAnswer(PageAnswer, await site.v2.page.createPage({ body: draft })));
  } catch (error) {
    if (isTitleTaken(error))
      throw refusal("title_taken", `Space ${site.settings.space} has a page “${title}” already.`, error);
    if (isRefused(error, 403)) throw noPermission(site, "create pages", error);
    if (isRefused(error, 400, 404)) return createAgain(site, spaceOf, { title, body, error, space });
    throw error;
  }
}

/** It was refused in words that may mean anything: the space may be gone, or be another one of the same key; or the parent is gone. */
async function createAgain(
  site: Site,
  spaceOf: SpaceOf,
  failed: { readonly title: string; readonly body: string; readonly error: unknown; readonly space: Space },
): Promise<Page> {
  const space = await spaceOf("again");
  const { title, body, error } = failed;
  const isAnother = space.id !== failed.space.id || space.homepageId !== failed.space.homepageId;
  if (isAnother) return create(site, spaceOf, { title, body });
  if (site.settings.parent !== null && !(await isIn(site, space, site.settings.parent)))
    throw parentGone(site, error);
  throw error;
}

async function isIn({ v2 }: Site, space: Space, id: string): Promise<boolean> {
  try {
    const page = readAnswer(PageAnswer, await v2.page.getPageById({ id: Number(id) }));
    return page.status === "current" && page.spaceId === space.id;
  } catch (error) {
    if (isRefused(error, 404)) return false;
    throw error;
  }
}

/** Writes the next version. Null where somebody else has written one meanwhile, or the page went away. */
async function write(site: Site, { id, title, body, version, status }: Page): Promise<Page | null> {
  try {
    const content = { representation: "storage", value: body };
    const next = { number: version + 1, message: "Brought up to date by Countersign" };
    const changed = { id, status, title, body: content, version: next };
    return toPage(
      site,
      readAnswer(PageAnswer, await site.v2.page.updatePage({ id: Number(id), body: changed })),
    );
  } catch (error) {
    if (isRefused(error, 409, 404)) return null;
    if (isRefused(error, 403)) throw noPermission(site, "edit pages", error);
    throw error;
  }
}

function toPage({ settings }: Site, { id, title, version, body, status, _links: links }: PageAnswer): Page {
  const base = links?.base ?? `${settings.url}/wiki`;
  return { id, title, version: version.number, body, status, url: `${base}${links?.webui ?? ""}` };
}
