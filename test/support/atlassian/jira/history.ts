import type { Asked, Handler } from "../double.ts";
import { asObject, type Change, moment } from "./model.ts";
import { shownPerson } from "./show.ts";
import { issueFor, type Site } from "./state.ts";

/** Who changed what. */
export function historyHandlers(site: Site): Record<string, Handler> {
  return {
    getChangeLogs: (asked) => ({ status: 200, body: changelog(site, asked) }),
    getBulkChangelogs: ({ body }) => ({ status: 200, body: manyChangelogs(site, body) }),
  };
}

/** One change, as Jira shows it. */
export function shownChange(site: Site, { id, author, created, items }: Change) {
  const shown = items.map((item) => ({ ...item, fieldtype: "jira", fieldId: item.field }));
  return { id, author: shownPerson(site, author), created: moment(created), items: shown };
}

function changelog(site: Site, { param, query }: Asked) {
  const issue = issueFor(site, param("issueIdOrKey"));
  const [startAt, maxResults] = [Number(query.get("startAt") ?? 0), Number(query.get("maxResults") ?? 100)];
  const values = issue.changes.slice(startAt, startAt + maxResults).map((one) => shownChange(site, one));
  const total = issue.changes.length;
  const self = `${site.url}/rest/api/3/issue/${issue.id}/changelog?startAt=${startAt}`;
  return { self, startAt, maxResults, total, isLast: startAt + values.length >= total, values };
}

function manyChangelogs(site: Site, body: unknown) {
  const { issueIdsOrKeys, fieldIds } = asObject(body) as Record<string, string[] | undefined>;
  const issueChangeLogs = (issueIdsOrKeys ?? []).map((ref) => {
    const issue = issueFor(site, ref);
    const changes = issue.changes.filter(
      ({ items }) => !fieldIds || items.some(({ field }) => fieldIds.includes(field)),
    );
    return { issueId: issue.id, changeHistories: changes.map((one) => shownChange(site, one)) };
  });
  return { issueChangeLogs };
}
