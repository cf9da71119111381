import type { Asked, Handler } from "../double.ts";
import { notFound, refuse } from "./model.ts";
import { demand, issueFor, projectOf, type Site } from "./state.ts";

type Properties = Map<string, unknown>;

/** Keeps a property within Jira's bounds; whether it is new. */
export function setProperty(properties: Properties, key: string, value: unknown): boolean {
  if (key === "" || key.length > 255)
    throw refuse(400, ["The property key must be between 1 and 255 characters."]);
  if (value === undefined) throw refuse(400, ["The property value must be valid, non-empty JSON."]);
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > 32_768)
    throw refuse(400, [`The property value is too long: ${bytes} bytes, at most 32768 are allowed.`]);
  const fresh = !properties.has(key);
  properties.set(key, value);
  return fresh;
}

/** Reading and keeping properties of whatever `of` finds. */
export function propertyHandlers(
  of: (asked: Asked, write: boolean) => Properties,
): Record<"keys" | "get" | "set" | "remove", Handler> {
  const have = (properties: Properties, key: string) => {
    if (!properties.has(key)) throw notFound(`The property with key '${key}' does not exist.`);
    return key;
  };
  const keyOf = ({ param }: Asked) => param("propertyKey");
  return {
    keys: (asked) => {
      const keys = [...of(asked, false).keys()].map((key) => ({
        key,
        self: `http://here/properties/${key}`,
      }));
      return { status: 200, body: { keys } };
    },
    get: (asked) => {
      const properties = of(asked, false);
      const key = have(properties, keyOf(asked));
      return { status: 200, body: { key, value: properties.get(key) } };
    },
    set: (asked) => ({
      status: setProperty(of(asked, true), keyOf(asked), asked.body) ? 201 : 200,
      body: {},
    }),
    remove: (asked) => {
      const properties = of(asked, true);
      properties.delete(have(properties, keyOf(asked)));
      return { status: 204 };
    },
  };
}

/** Properties of issues. */
export function issuePropertyHandlers(site: Site): Record<string, Handler> {
  const onIssue = propertyHandlers(({ param }, write) => {
    const issue = issueFor(site, param("issueIdOrKey"));
    const words = "You do not have permission to edit issues in this project.";
    if (write) demand(projectOf(site, issue), "EDIT_ISSUES", words);
    return issue.properties;
  });
  return {
    getIssuePropertyKeys: onIssue.keys,
    getIssueProperty: onIssue.get,
    setIssueProperty: onIssue.set,
    deleteIssueProperty: onIssue.remove,
  };
}
