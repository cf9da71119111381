import { firstApi, markHandlers } from "./confluence/marks.ts";
import { bodyFor, pageHandlers, titleFor, write } from "./confluence/pages.ts";
import { spaceHandlers } from "./confluence/spaces.ts";
import {
  account,
  createWiki,
  latest,
  newPage,
  type Page,
  type Right,
  type Space,
  type Wiki,
  type WikiOptions,
} from "./confluence/state.ts";
import { contracts } from "./contracts.ts";
import { type Double, type DoubleOptions, type Manner, startDouble } from "./double.ts";
import { type Repeated, repeated } from "./repeated.ts";

/** A page as tests look at it: what it shows now, and all that it was. */
export type SeenPage = Page & { readonly title: string; readonly body: string; readonly number: number };

/** What a person can do to a Confluence, past us. */
type ConfluencePerson = {
  readonly accountId: string;
  /** Makes a page; its id. */
  readonly creates: (space: string, title: string, body?: string) => string;
  /** Gives a page another body, or what a change of its body gives. */
  readonly edits: (id: string, body: string | ((body: string) => string)) => void;
  readonly renames: (id: string, title: string) => void;
  readonly trashes: (id: string) => void;
  readonly restores: (id: string) => void;
  /** Deletes it for good. */
  readonly purges: (id: string) => void;
  /** Puts it under another page. */
  readonly moves: (id: string, parent: string) => void;
};

/** A Confluence Cloud on this machine: one site with spaces and pages. */
export type Confluence = Double & {
  /** All pages, those in the trash too; without the homepages. */
  readonly pages: () => SeenPage[];
  /** One by its id, or by its title among those that are current; throws where there is none. */
  readonly page: (idOrTitle: string) => SeenPage;
  readonly homepage: (spaceKey: string) => string;
  readonly spaceId: (spaceKey: string) => string;
  /** A person at work in the browser: `us`, `alice` or `bob`. */
  readonly person: (name: string) => ConfluencePerson;
  readonly deny: (spaceKey: string, ...rights: readonly Right[]) => void;
  readonly allow: (spaceKey: string, ...rights: readonly Right[]) => void;
  /** Pages that carry the same property. */
  readonly doubles: () => Repeated[];
};

/** Starts one. Without options: the spaces ENG, OPS, READ and HID, Atlassian's limits, no delay. */
export async function startConfluence(options: DoubleOptions & WikiOptions = {}): Promise<Confluence> {
  const file = contracts()?.confluence;
  if (!file) throw new Error("no contract documents: put the test into withContracts()");
  const wiki = createWiki(options, options.now ?? Date.now);
  const handlers = { ...pageHandlers(wiki), ...markHandlers(wiki), ...spaceHandlers(wiki) };
  const double = await startDouble(
    { name: "confluence", file, handlers, undocumented: firstApi, manner },
    options,
  );
  wiki.url = double.url;
  return { ...double, ...windowsOf(wiki) };
}

function windowsOf(wiki: Wiki): Omit<Confluence, keyof Double> {
  const spaceNamed = (key: string) => {
    const space: Space | undefined = [...wiki.spaces.values()].find((one) => one.key === key);
    if (!space) throw new Error(`there is no space ${key}`);
    return space;
  };
  const homepages = new Set([...wiki.spaces.values()].map(({ homepage }) => homepage));
  const pages = () => [...wiki.pages.values()].filter(({ id }) => !homepages.has(id)).map(seen);
  return {
    pages,
    page: (ref) => {
      const byId = wiki.pages.get(ref);
      const page = byId
        ? seen(byId)
        : pages().find(({ title, status }) => title === ref && status === "current");
      if (!page) throw new Error(`there is no page ${ref}`);
      return page;
    },
    homepage: (key) => spaceNamed(key).homepage,
    spaceId: (key) => spaceNamed(key).id,
    person: (name) => personIn(wiki, name, (key) => spaceNamed(key)),
    deny: (key, ...rights) => {
      for (const right of rights) spaceNamed(key).denied.add(right);
    },
    allow: (key, ...rights) => {
      for (const right of rights) spaceNamed(key).denied.delete(right);
    },
    doubles: () => {
      const current = pages().filter(({ status }) => status === "current");
      return repeated(
        current.flatMap(({ id, properties }) =>
          properties.map(({ key, value }) => ({ what: `page property ${key}`, value, where: id })),
        ),
      );
    },
  };
}

function seen(page: Page): SeenPage {
  const { title, body, number } = latest(page);
  return { ...page, title, body, number };
}

function personIn(
  wiki: Wiki,
  name: string,
  space: (key: string) => { id: string; homepage: string },
): ConfluencePerson {
  const accountId = account(wiki, name);
  const page = (id: string): Page => {
    const found = wiki.pages.get(id);
    if (!found) throw new Error(`there is no page ${id}`);
    return found;
  };
  return {
    accountId,
    creates: (key, title, body = "") => {
      const { id, homepage } = space(key);
      const draft = {
        title: titleFor(wiki, id, title),
        body: bodyFor(wiki, body),
        parent: homepage,
        author: accountId,
      };
      return newPage(wiki, id, draft).id;
    },
    edits: (id, body) => {
      const next = typeof body === "string" ? body : body(latest(page(id)).body);
      write(wiki, page(id), accountId, { body: bodyFor(wiki, next) });
    },
    renames: (id, title) =>
      write(wiki, page(id), accountId, { title: titleFor(wiki, page(id).space, title, id) }),
    trashes: (id) => {
      page(id).status = "trashed";
    },
    restores: (id) => {
      page(id).status = "current";
    },
    purges: (id) => void wiki.pages.delete(id),
    moves: (id, parent) => {
      page(id).parent = page(parent).id;
    },
  };
}

const refusal = (status: number, code: string, title: string) => ({
  status,
  body: { errors: [{ status, code, title, detail: null }] },
});

const manner: Manner = {
  invalid: (problems) => refusal(400, "INVALID_REQUEST_PARAMETER", problems.join("; ")),
  unknown: () => refusal(404, "NOT_FOUND", "Not Found"),
  unauthorised: () => ({
    ...refusal(401, "UNAUTHORIZED", "Unauthorized"),
    headers: { "X-Seraph-LoginReason": "AUTHENTICATED_FAILED" },
  }),
  limited: ({ reason, limit, waitMs }) => ({
    ...refusal(429, "RATE_LIMITED", "Rate limit exceeded."),
    headers: {
      "Retry-After": String(Math.max(1, Math.ceil(waitMs / 1000))),
      "RateLimit-Reason": `confluence-${reason}`,
      "X-RateLimit-Limit": String(limit),
      "X-RateLimit-Remaining": "0",
    },
  }),
  broken: (problem) => refusal(500, "INTERNAL_SERVER_ERROR", `the double answered wrongly: ${problem}`),
};
