import {
  account,
  latest,
  type Page,
  type PageProperty,
  type Space,
  type Version,
  type Wiki,
} from "./state.ts";

/** A moment as Confluence writes it. */
function moment(at: number): string {
  return new Date(at).toISOString();
}

/** A version without its body. */
export function shownVersion({ number, author, at, message }: Version) {
  return { number, authorId: author, createdAt: moment(at), message, minorEdit: false };
}

/** A page; with its body where that is asked for. */
export function shownPage(wiki: Wiki, page: Page, withBody: boolean, version: Version = latest(page)) {
  const space = wiki.spaces.get(page.space);
  const webui = `/spaces/${space?.key}/pages/${page.id}/${encodeURIComponent(version.title).replaceAll("%20", "+")}`;
  return {
    id: page.id,
    status: version === latest(page) ? page.status : "historical",
    title: version.title,
    spaceId: page.space,
    ...(page.parent === undefined ? {} : { parentId: page.parent, parentType: "page" }),
    position: 0,
    authorId: page.author,
    ownerId: page.author,
    createdAt: moment(page.created),
    version: shownVersion(version),
    body: withBody ? { storage: { representation: "storage", value: version.body } } : {},
    _links: { webui, editui: `/pages/resumedraft.action?draftId=${page.id}`, tinyui: `/x/${page.id}` },
  };
}

/** One page with the base of its links. */
export function shownSingle(wiki: Wiki, page: Page, withBody: boolean, version?: Version) {
  const shown = shownPage(wiki, page, withBody, version);
  return { ...shown, _links: { ...shown._links, base: `${wiki.url}/wiki` } };
}

/** A space. */
export function shownSpace(wiki: Wiki, { id, key, name, homepage }: Space) {
  return {
    id,
    key,
    name,
    type: "global",
    status: "current",
    authorId: account(wiki, "alice"),
    createdAt: moment(0),
    homepageId: homepage,
    _links: { webui: `/spaces/${key}` },
  };
}

/** A property with its version. */
export function shownProperty(wiki: Wiki, { id, key, value, number }: PageProperty) {
  const version = {
    number,
    authorId: account(wiki, "us"),
    createdAt: moment(wiki.now()),
    message: "",
    minorEdit: false,
  };
  return { id, key, value, version };
}

/** A part of a list; the rest is behind its `next`. */
export function part<T>(wiki: Wiki, path: string, query: URLSearchParams, all: readonly T[]) {
  const limit = Number(query.get("limit") ?? 25);
  const start = Number(Buffer.from(query.get("cursor") ?? "", "base64url").toString() || 0);
  const results = all.slice(start, start + limit);
  const more = new URLSearchParams(query);
  more.set("cursor", Buffer.from(String(start + limit)).toString("base64url"));
  const next = start + limit < all.length ? { next: `${path}?${more}` } : {};
  return { results, _links: { base: `${wiki.url}/wiki`, ...next } };
}
