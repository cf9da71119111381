import { Refused } from "../double.ts";

/** A space as somebody set it up. */
type SpacePlan = {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  /** What we may not do there. */
  readonly denied?: readonly Right[];
};

/** What Confluence asks leave for. */
export type Right = "read" | "create" | "update" | "delete";

/** A page as it was once. */
export type Version = {
  readonly number: number;
  readonly author: string;
  readonly at: number;
  readonly message: string;
  readonly title: string;
  readonly body: string;
};

/** A property of a page. */
export type PageProperty = { readonly id: string; readonly key: string; value: unknown; number: number };

/** A page as it stands; the last version is what is shown. */
export type Page = {
  readonly id: string;
  readonly space: string;
  parent: string | undefined;
  status: "current" | "draft" | "trashed";
  readonly author: string;
  readonly created: number;
  readonly versions: Version[];
  readonly properties: PageProperty[];
  readonly labels: { readonly id: string; readonly name: string; readonly prefix: string }[];
};

/** A space as it stands. */
export type Space = Omit<SpacePlan, "denied"> & { readonly denied: Set<Right>; readonly homepage: string };

/** What a Confluence double is told about its site. */
export type WikiOptions = {
  readonly spaces?: readonly SpacePlan[];
  readonly people?: Readonly<Record<string, string>>;
  /** The most characters that the body of a page may have. */
  readonly bodyLimit?: number;
};

/** All that one Confluence holds. */
export type Wiki = {
  url: string;
  readonly now: () => number;
  readonly spaces: Map<string, Space>;
  readonly pages: Map<string, Page>;
  /** Account ids by the short names of tests. */
  readonly people: Readonly<Record<string, string>>;
  readonly bodyLimit: number;
  readonly nextId: () => string;
};

const usualSpaces: readonly SpacePlan[] = [
  { id: "65537", key: "ENG", name: "Engineering" },
  { id: "65538", key: "OPS", name: "Operations" },
  { id: "65539", key: "READ", name: "Only to be read", denied: ["create", "update", "delete"] },
  { id: "65540", key: "HID", name: "Hidden", denied: ["read", "create", "update", "delete"] },
];

const usualPeople = { us: "712020:countersign", alice: "5b10a:alice", bob: "5b10a:bob" };

/** Spaces with nothing but a homepage. */
export function createWiki(options: WikiOptions, now: () => number): Wiki {
  let last = 98_304;
  const nextId = () => String(++last);
  const wiki: Wiki = {
    url: "",
    now,
    spaces: new Map(),
    pages: new Map(),
    people: options.people ?? usualPeople,
    bodyLimit: options.bodyLimit ?? 5_242_880,
    nextId,
  };
  for (const plan of options.spaces ?? usualSpaces) {
    const page = newPage(wiki, plan.id, {
      title: `${plan.name} Home`,
      body: "",
      parent: undefined,
      author: account(wiki, "alice"),
    });
    wiki.spaces.set(plan.id, { ...plan, denied: new Set(plan.denied), homepage: page.id });
  }
  return wiki;
}

/** What a new page is made of. */
export type PageDraft = {
  readonly title: string;
  readonly body: string;
  readonly parent: string | undefined;
  readonly author: string;
  readonly status?: "current" | "draft";
  readonly message?: string;
};

/** Puts a page into a space, whoever may. */
export function newPage(
  wiki: Wiki,
  space: string,
  { title, body, parent, author, status = "current", message = "" }: PageDraft,
): Page {
  const at = wiki.now();
  const versions = [{ number: 1, author, at, message, title, body }];
  const page: Page = {
    id: wiki.nextId(),
    space,
    parent,
    status,
    author,
    created: at,
    versions,
    properties: [],
    labels: [],
  };
  wiki.pages.set(page.id, page);
  return page;
}

/** The account behind a short name. */
export function account(wiki: Wiki, name: string): string {
  const id = wiki.people[name];
  if (id === undefined) throw new Error(`the double knows no ${name}`);
  return id;
}

/** What a page shows now. */
export function latest(page: Page): Version {
  const version = page.versions.at(-1);
  if (!version) throw new Error(`page ${page.id} has no version`);
  return version;
}

/** A refusal in the words of Confluence's second API. */
export function refuse(status: number, code: string, title: string): Refused {
  return new Refused({ status, body: { errors: [{ status, code, title, detail: null }] } });
}

/** A wrong request. */
export function invalid(title: string): Refused {
  return refuse(400, "INVALID_REQUEST_PARAMETER", title);
}

/** The space with an id that we may see. */
export function spaceFor(wiki: Wiki, id: string): Space {
  const space = wiki.spaces.get(id);
  if (space && !space.denied.has("read")) return space;
  throw refuse(
    404,
    "NOT_FOUND",
    `No space was found with ID ${id}, or the user does not have permission to view it.`,
  );
}

/** The space that a page is in. */
export function spaceOf(wiki: Wiki, page: Page): Space {
  return spaceFor(wiki, page.space);
}

/** A page that we may see; in the trash it is not there, unless one looks there. */
export function pageFor(wiki: Wiki, id: string, statuses: readonly string[] = ["current", "draft"]): Page {
  const page = wiki.pages.get(id);
  if (page && statuses.includes(page.status) && !wiki.spaces.get(page.space)?.denied.has("read")) return page;
  throw refuse(
    404,
    "NOT_FOUND",
    `Not Found: no page with ID ${id}, or the user does not have permission to view it.`,
  );
}

/** Refuses, where we may not. */
export function demand(space: Space, right: Right): void {
  if (!space.denied.has(right)) return;
  throw refuse(403, "FORBIDDEN", `User does not have permission to ${right} pages in space ${space.key}.`);
}
