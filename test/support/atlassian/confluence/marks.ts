import type { Asked, Handler, Undocumented } from "../double.ts";
import { Refused } from "../double.ts";
import { part, shownProperty } from "./show.ts";
import {
  account,
  demand,
  invalid,
  type Page,
  type PageProperty,
  pageFor,
  refuse,
  spaceOf,
  type Wiki,
} from "./state.ts";

/** What the first API still has and the second has not: writing labels, and who we are. */
export const firstApi: readonly Undocumented[] = [
  { operationId: "addLabelsToContent", method: "POST", template: "/wiki/rest/api/content/{id}/label" },
  { operationId: "getLabelsForContent", method: "GET", template: "/wiki/rest/api/content/{id}/label" },
  { operationId: "removeLabelByQuery", method: "DELETE", template: "/wiki/rest/api/content/{id}/label" },
  { operationId: "removeLabel", method: "DELETE", template: "/wiki/rest/api/content/{id}/label/{label}" },
  { operationId: "getCurrentUser", method: "GET", template: "/wiki/rest/api/user/current" },
];

/** Labels and properties of pages. */
export function markHandlers(wiki: Wiki): Record<string, Handler> {
  const page = ({ param }: Asked) => pageFor(wiki, param("page-id") || param("id"));
  return {
    getPageLabels: (asked) => {
      const { id, labels } = page(asked);
      return { status: 200, body: part(wiki, `/wiki/api/v2/pages/${id}/labels`, asked.query, labels) };
    },
    addLabelsToContent: (asked) => ({
      status: 200,
      body: shownLabels(addLabels(wiki, page(asked), asked.body)),
    }),
    getLabelsForContent: (asked) => ({ status: 200, body: shownLabels(page(asked)) }),
    removeLabelByQuery: (asked) => removeLabel(page(asked), asked.query.get("name") ?? ""),
    removeLabel: (asked) => removeLabel(page(asked), asked.param("label")),
    getCurrentUser: () => ({ status: 200, body: currentUser(wiki) }),
    getPageContentProperties: (asked) => {
      const key = asked.query.get("key");
      const { id, properties } = page(asked);
      const found = properties
        .filter((one) => key === null || one.key === key)
        .map((one) => shownProperty(wiki, one));
      return { status: 200, body: part(wiki, `/wiki/api/v2/pages/${id}/properties`, asked.query, found) };
    },
    getPageContentPropertiesById: (asked) => ({
      status: 200,
      body: shownProperty(wiki, propertyOf(page(asked), asked)),
    }),
    createPageProperty: (asked) => ({
      status: 200,
      body: shownProperty(wiki, addProperty(wiki, page(asked), asked.body)),
    }),
    updatePagePropertyById: (asked) => ({
      status: 200,
      body: shownProperty(wiki, renew(wiki, page(asked), asked)),
    }),
    deletePagePropertyById: (asked) => {
      const { properties } = page(asked);
      properties.splice(properties.indexOf(propertyOf(page(asked), asked)), 1);
      return { status: 204 };
    },
  };
}

type Given = {
  readonly key?: unknown;
  readonly value?: unknown;
  readonly version?: { readonly number?: number };
};

function firstApiRefusal(status: number, message: string): Refused {
  const data = { authorized: true, valid: false, errors: [], successful: false };
  return new Refused({ status, body: { statusCode: status, data, message } });
}

function addLabels(wiki: Wiki, page: Page, body: unknown): Page {
  demand(spaceOf(wiki, page), "update");
  for (const { prefix, name } of (Array.isArray(body) ? body : [body]).map(labelFrom)) {
    if (!page.labels.some((known) => known.name === name))
      page.labels.push({ id: wiki.nextId(), name, prefix });
  }
  return page;
}

function labelFrom(one: unknown): { readonly prefix: string; readonly name: string } {
  const { prefix, name } = (one ?? {}) as { prefix?: unknown; name?: unknown };
  if (typeof name !== "string" || name === "") throw firstApiRefusal(400, "A label needs a name.");
  if (!["global", "my", "team"].includes(String(prefix)))
    throw firstApiRefusal(400, `Invalid prefix '${String(prefix)}'.`);
  if (/[\s:;,.?&[\]()#^*@!<>]/.test(name) || name.length > 255) {
    throw firstApiRefusal(
      400,
      `The label '${name}' contains characters that are not allowed, or is too long.`,
    );
  }
  return { prefix: String(prefix), name: name.toLowerCase() };
}

function removeLabel({ labels }: Page, name: string) {
  const at = labels.findIndex((label) => label.name === name);
  if (at < 0) throw firstApiRefusal(404, `There is no label '${name}'.`);
  labels.splice(at, 1);
  return { status: 204 };
}

function shownLabels({ labels }: Page) {
  const results = labels.map((label) => ({ ...label, label: label.name }));
  return { results, start: 0, limit: 200, size: results.length, _links: {} };
}

function currentUser(wiki: Wiki) {
  const accountId = account(wiki, "us");
  return {
    type: "known",
    accountId,
    accountType: "atlassian",
    email: "countersign@example.com",
    publicName: "Countersign",
    displayName: "Countersign",
    profilePicture: { path: "/wiki/aa-avatar", width: 48, height: 48, isDefault: true },
    isExternalCollaborator: false,
    _expandable: {},
    _links: {},
  };
}

function propertyOf({ properties }: Page, { param }: Asked): PageProperty {
  const property = properties.find(({ id }) => id === param("property-id"));
  if (!property) throw refuse(404, "NOT_FOUND", "Property not found.");
  return property;
}

function addProperty(wiki: Wiki, page: Page, body: unknown): PageProperty {
  demand(spaceOf(wiki, page), "update");
  const { key, value } = body as Given;
  if (typeof key !== "string" || key === "" || key.length > 255)
    throw invalid("A property needs a key of at most 255 characters.");
  demandValue(value);
  if (page.properties.some((one) => one.key === key)) {
    throw refuse(409, "CONFLICT", `A property with key ${key} already exists on this page.`);
  }
  const property: PageProperty = { id: wiki.nextId(), key, value, number: 1 };
  page.properties.push(property);
  return property;
}

function renew(wiki: Wiki, page: Page, asked: Asked): PageProperty {
  demand(spaceOf(wiki, page), "update");
  const property = propertyOf(page, asked);
  const { key, value, version } = asked.body as Given;
  if (key !== property.key) throw invalid("The key of a property cannot be changed.");
  demandValue(value);
  if (version?.number !== property.number + 1) {
    throw refuse(409, "CONFLICT", `Version must be incremented. Current version: ${property.number}.`);
  }
  return Object.assign(property, { value, number: property.number + 1 });
}

function demandValue(value: unknown): void {
  if (value === undefined) throw invalid("A property needs a value.");
  if (Buffer.byteLength(JSON.stringify(value)) > 32_768)
    throw invalid("The value of a property must not exceed 32 KB.");
}
