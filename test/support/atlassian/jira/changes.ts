import { textOf } from "../adf.ts";
import type { Change, ChangedField, Issue } from "./model.ts";
import { shownIssue } from "./show.ts";
import { personNamed, type Site } from "./state.ts";

/** Sets fields of an issue in somebody's name and writes it into its changelog. */
export function change(
  site: Site,
  issue: Issue,
  author: string,
  values: Readonly<Record<string, unknown>>,
): void {
  const items: ChangedField[] = [];
  for (const [name, value] of Object.entries(values)) {
    const before = issue.fields[name] ?? null;
    if (JSON.stringify(before) === JSON.stringify(value)) continue;
    issue.fields[name] = value;
    items.push({ field: name, ...ends(site, name, before, value) });
  }
  if (items.length > 0) log(site, issue, author, items);
}

/** Writes a change into the changelog and tells of it. */
export function log(site: Site, issue: Issue, author: string, items: readonly ChangedField[]): void {
  const entry: Change = { id: site.nextId(), author, created: site.now(), items };
  issue.changes.push(entry);
  touch(site, issue);
  const changelog = {
    id: entry.id,
    items: items.map((item) => ({ fieldtype: "jira", fieldId: item.field, ...item })),
  };
  tell(site, issue, "jira:issue_updated", author, { issue_event_type_name: "issue_generic", changelog });
}

/** The issue was changed now. */
export function touch(site: Site, issue: Issue): void {
  issue.touched.push(site.now());
}

/** Tells what happened, as a webhook of Jira does. */
export function tell(
  site: Site,
  issue: Issue,
  event: string,
  author: string,
  more: Record<string, unknown>,
): void {
  const { accountId, displayName } =
    site.people.find((one) => one.accountId === author) ?? personNamed(site, "us");
  const user = { accountId, displayName, active: true };
  site.told.push({
    timestamp: site.now(),
    webhookEvent: event,
    user,
    issue: shownIssue(site, issue),
    ...more,
  });
}

function ends(site: Site, name: string, before: unknown, after: unknown): Omit<ChangedField, "field"> {
  const [from, to] = [before, after].map((value) => (typeof value === "string" ? value : idOf(value)));
  const fromString = words(site, name, before);
  return {
    ...(from === undefined ? {} : { from }),
    ...(fromString === "" ? {} : { fromString }),
    ...(to === undefined ? {} : { to }),
    toString: words(site, name, after),
  };
}

function idOf(value: unknown): string | undefined {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === "string" ? id : undefined;
}

function words(site: Site, name: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(" ");
  if (name === "assignee") return site.people.find(({ accountId }) => accountId === value)?.displayName ?? "";
  if (name === "parent") return site.issues.get(String(value))?.key ?? "";
  if (typeof value === "string") return value;
  const { name: label, value: option } = value as { name?: string; value?: string };
  return label ?? option ?? textOf(value);
}
