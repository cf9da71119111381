import type { Asked, Handler } from "../double.ts";
import { part, shownPage, shownSingle, shownVersion } from "./show.ts";
import {
  account,
  demand,
  invalid,
  latest,
  newPage,
  type Page,
  pageFor,
  refuse,
  spaceFor,
  spaceOf,
  type Version,
  type Wiki,
} from "./state.ts";
import { BadStorage, keep } from "./storage-format.ts";
import { BadXhtml } from "./xhtml.ts";

type Body = Readonly<Record<string, unknown>>;

/** Making, reading, changing and trashing pages. */
export function pageHandlers(wiki: Wiki): Record<string, Handler> {
  return {
    createPage: (asked) => ({ status: 200, body: shownSingle(wiki, create(wiki, asked), true) }),
    getPageById: (asked) => ({ status: 200, body: read(wiki, asked) }),
    updatePage: (asked) => ({ status: 200, body: shownSingle(wiki, update(wiki, asked), true) }),
    updatePageTitle: ({ param, body }) => {
      const page = pageFor(wiki, param("id"));
      demand(spaceOf(wiki, page), "update");
      const title = titleFor(wiki, page.space, (body as Body)["title"], page.id);
      write(wiki, page, account(wiki, "us"), { title });
      return { status: 200, body: shownSingle(wiki, page, false) };
    },
    deletePage: ({ param, query }) => remove(wiki, param("id"), query.get("purge") === "true"),
    getPages: ({ query }) => ({
      status: 200,
      body: list(wiki, "/wiki/api/v2/pages", query, query.getAll("space-id")),
    }),
    getPagesInSpace: ({ param, query }) => {
      const { id } = spaceFor(wiki, param("id"));
      return { status: 200, body: list(wiki, `/wiki/api/v2/spaces/${id}/pages`, query, [id]) };
    },
    getChildPages: ({ param, query }) => {
      const { id } = pageFor(wiki, param("id"));
      const below = [...wiki.pages.values()].filter(
        ({ parent, status }) => parent === id && status === "current",
      );
      const shown = below.map((page, childPosition) => {
        return {
          id: page.id,
          status: page.status,
          title: latest(page).title,
          spaceId: page.space,
          childPosition,
        };
      });
      return { status: 200, body: part(wiki, `/wiki/api/v2/pages/${id}/children`, query, shown) };
    },
    getPageAncestors: ({ param }) => {
      const above = ancestors(wiki, pageFor(wiki, param("id")));
      return { status: 200, body: { results: above.map(({ id }) => ({ id, type: "page" })), _links: {} } };
    },
    getPageVersions: ({ param, query }) => {
      const page = pageFor(wiki, param("id"));
      const withBody = query.get("body-format") === "storage";
      const versions = page.versions.toReversed().map((version) => ({
        ...shownVersion(version),
        page: { id: page.id, title: version.title, ...(withBody ? { body: storage(version.body) } : {}) },
      }));
      return { status: 200, body: part(wiki, `/wiki/api/v2/pages/${page.id}/versions`, query, versions) };
    },
    getPageVersionDetails: ({ param }) => {
      const page = pageFor(wiki, param("page-id"));
      return { status: 200, body: shownVersion(versionOf(page, Number(param("version-number")))) };
    },
  };
}

/** Writes a new version of a page in somebody's name. */
export function write(
  wiki: Wiki,
  page: Page,
  author: string,
  changed: { readonly title?: string; readonly body?: string; readonly message?: string },
): void {
  const { number, title, body } = latest(page);
  page.versions.push({ title, body, message: "", ...changed, number: number + 1, author, at: wiki.now() });
}

/** A title that is free in a space. */
export function titleFor(wiki: Wiki, space: string, wanted: unknown, own?: string): string {
  const title = typeof wanted === "string" ? wanted.trim() : "";
  if (title === "") throw invalid("A title is required.");
  if (title.length > 255) throw invalid("The title must be 255 characters or less.");
  const same = (page: Page) => latest(page).title.toLowerCase() === title.toLowerCase();
  const others = [...wiki.pages.values()].filter(
    (page) => page.space === space && page.status === "current" && page.id !== own,
  );
  if (others.some(same)) {
    throw invalid(
      "A page with this title already exists: A page already exists with the same TITLE in this space",
    );
  }
  return title;
}

/** Storage format as it is kept. */
export function bodyFor(wiki: Wiki, source: string): string {
  if (source.length > wiki.bodyLimit) {
    throw refuse(413, "PAYLOAD_TOO_LARGE", `Content body cannot exceed ${wiki.bodyLimit} characters.`);
  }
  try {
    return keep(source, () => crypto.randomUUID());
  } catch (error) {
    if (error instanceof BadXhtml || error instanceof BadStorage) throw invalid(error.message);
    throw error;
  }
}

function create(wiki: Wiki, { query, body }: Asked): Page {
  const { spaceId, title, parentId, status, body: content } = body as Body;
  const space = spaceFor(wiki, String(spaceId));
  demand(space, "create");
  const root = query.get("root-level") === "true";
  if (root && parentId !== undefined) throw invalid("parentId must not be set for a page at the root level.");
  const parent = parentId === undefined ? space.homepage : parentFor(wiki, space.id, parentId);
  const draft = status === "draft";
  return newPage(wiki, space.id, {
    title: draft ? String(title ?? "") : titleFor(wiki, space.id, title),
    body: bodyFor(wiki, sourceOf(content)),
    parent: root ? undefined : parent,
    author: account(wiki, "us"),
    status: draft ? "draft" : "current",
  });
}

function parentFor(wiki: Wiki, space: string, id: unknown): string {
  const page = pageFor(wiki, String(id));
  if (page.space !== space) throw invalid("The parent is in another space.");
  return page.id;
}

function sourceOf(content: unknown): string {
  const { storage: nested, representation, value } = (content ?? {}) as Body;
  if (nested !== undefined) return sourceOf(nested);
  if (representation !== "storage") throw invalid("This double takes bodies in storage format only.");
  if (typeof value !== "string") throw invalid("The body has no value.");
  return value;
}

function read(wiki: Wiki, { param, query }: Asked) {
  const statuses = query.getAll("status").flatMap((one) => one.split(","));
  const page = pageFor(wiki, param("id"), statuses.length > 0 ? statuses : undefined);
  const wanted = query.get("version");
  const version = wanted === null ? latest(page) : versionOf(page, Number(wanted));
  const listed = (results: readonly unknown[]) => ({ results, meta: { hasMore: false }, _links: {} });
  return {
    ...shownSingle(wiki, page, query.get("body-format") === "storage", version),
    ...(query.get("include-labels") === "true" ? { labels: listed(page.labels) } : {}),
  };
}

function versionOf(page: Page, number: number): Version {
  const version = page.versions.find((one) => one.number === number);
  if (!version) throw refuse(404, "NOT_FOUND", `Page ${page.id} has no version ${number}.`);
  return version;
}

function update(wiki: Wiki, { param, body }: Asked): Page {
  const page = pageFor(wiki, param("id"), ["current", "draft", "trashed"]);
  const { id, title, parentId, spaceId, version, body: content, status } = body as Body;
  demand(spaceOf(wiki, page), "update");
  if (String(id) !== page.id) throw invalid("The id in the body is not the one in the path.");
  if (spaceId !== undefined && String(spaceId) !== page.space)
    throw invalid("A page cannot be moved to another space.");
  const { number, message } = {
    number: 0,
    message: "",
    ...(version as { number?: number; message?: string }),
  };
  const current = latest(page).number;
  if (number !== current + 1) {
    const words = `Version must be incremented when updating a page. Current Version: [${current}]. Provided version: [${number}]`;
    throw refuse(409, "CONFLICT", words);
  }
  const wanted = {
    title: titleFor(wiki, page.space, title, page.id),
    body: bodyFor(wiki, sourceOf(content)),
    message,
  };
  const trashed = page.status === "trashed";
  page.status = status === "draft" ? "draft" : "current";
  if (parentId !== undefined && parentId !== null) page.parent = parentFor(wiki, page.space, parentId);
  write(wiki, page, account(wiki, "us"), trashed ? {} : wanted);
  return page;
}

function remove(wiki: Wiki, id: string, purge: boolean) {
  const page = pageFor(wiki, id, purge ? ["trashed"] : undefined);
  demand(spaceOf(wiki, page), "delete");
  if (purge) wiki.pages.delete(page.id);
  else page.status = "trashed";
  return { status: 204 };
}

function list(wiki: Wiki, path: string, query: URLSearchParams, spaces: readonly string[]) {
  const statuses = query.has("status") ? query.getAll("status") : ["current"];
  const [ids, title] = [query.getAll("id").flatMap((one) => one.split(",")), query.get("title")];
  const pages = [...wiki.pages.values()]
    .filter(({ space, status }) => statuses.includes(status) && !wiki.spaces.get(space)?.denied.has("read"))
    .filter(
      ({ id, space }) =>
        (spaces.length === 0 || spaces.includes(space)) && (ids.length === 0 || ids.includes(id)),
    )
    .filter((page) => title === null || latest(page).title === title);
  const withBody = query.get("body-format") === "storage";
  return part(
    wiki,
    path,
    query,
    pages.map((page) => shownPage(wiki, page, withBody)),
  );
}

function ancestors(wiki: Wiki, page: Page): Page[] {
  const above = page.parent === undefined ? undefined : wiki.pages.get(page.parent);
  return above ? [...ancestors(wiki, above), above] : [];
}

function storage(value: string) {
  return { storage: { representation: "storage", value } };
}
