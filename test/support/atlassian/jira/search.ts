import type { Handler } from "../double.ts";
import type { Answer } from "../faults.ts";
import { expanded, wantedOf } from "./issues.ts";
import { parseJql } from "./jql.ts";
import { checkCondition, compareBy, fits, type View } from "./jql-match.ts";
import { asObject, type Issue, refuse } from "./model.ts";
import { allowed, projectOf, type Site } from "./state.ts";

type Search = {
  readonly jql: string;
  readonly fields: readonly string[];
  readonly properties: readonly string[];
  readonly expand: readonly string[];
  readonly maxResults: number;
  readonly nextPageToken: string | undefined;
  readonly reconcile: readonly string[];
};

/** Search by JQL, page by page, behind an index that lags. */
export function searchHandlers(site: Site): Record<string, Handler> {
  return {
    searchAndReconsileIssuesUsingJqlPost: ({ body }) => {
      const { jql, fields, properties, expand, maxResults, nextPageToken, reconcileIssues } =
        asObject(body) ?? {};
      return search(site, {
        jql: String(jql ?? ""),
        fields: (fields ?? ["id"]) as string[],
        properties: (properties ?? []) as string[],
        expand: String(expand ?? "").split(","),
        maxResults: Number(maxResults ?? 50),
        nextPageToken: nextPageToken === undefined ? undefined : String(nextPageToken),
        reconcile: ((reconcileIssues ?? []) as number[]).map(String),
      });
    },
    searchAndReconsileIssuesUsingJql: ({ query }) =>
      search(site, {
        jql: query.get("jql") ?? "",
        fields: query.has("fields") ? wantedOf(query, "fields") : ["id"],
        properties: wantedOf(query, "properties"),
        expand: wantedOf(query, "expand"),
        maxResults: Number(query.get("maxResults") ?? 50),
        nextPageToken: query.get("nextPageToken") ?? undefined,
        reconcile: wantedOf(query, "reconcileIssues"),
      }),
  };
}

function search(site: Site, wanted: Search): Answer {
  const { where, orderBy } = parseJql(wanted.jql);
  if (!where)
    throw refuse(400, [
      "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
    ]);
  if (wanted.reconcile.length > 50) throw refuse(400, ["At most 50 issues can be reconciled."]);
  checkCondition(site, where);
  const views = [...site.issues.values()].flatMap((issue) => indexed(site, issue, wanted.reconcile) ?? []);
  const found = views.filter((view) => fits(site, where, view)).sort(compareBy(site, orderBy));
  const start = startOf(wanted.nextPageToken);
  const part = found.slice(start, start + Math.min(wanted.maxResults, 5000));
  const isLast = start + part.length >= found.length;
  const issues = part.map(({ issue }) => {
    const { fields, properties, expand } = wanted;
    return expanded(site, issue, fields, properties, expand);
  });
  const token = Buffer.from(`from ${start + part.length}`).toString("base64url");
  return { status: 200, body: { issues, isLast, ...(isLast ? {} : { nextPageToken: token }) } };
}

function startOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const match = /^from (\d+)$/.exec(Buffer.from(token, "base64url").toString());
  if (!match) throw refuse(400, ["The nextPageToken is invalid."]);
  return Number(match[1]);
}

/** What the index knows of an issue: nothing of what happened within its lag, unless that issue is reconciled. */
function indexed(site: Site, issue: Issue, reconcile: readonly string[]): View | undefined {
  if (!allowed(projectOf(site, issue), "BROWSE_PROJECTS")) return undefined;
  const until = reconcile.includes(issue.id) ? Number.POSITIVE_INFINITY : site.now() - site.indexLagMs;
  const updated = issue.touched.findLast((at) => at <= until);
  return updated === undefined ? undefined : { issue, updated };
}
