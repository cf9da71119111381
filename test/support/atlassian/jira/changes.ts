import { textOf } from "../adf.ts";
import type { Change, ChangedField, Comment, Issue } from "./model.ts";
import { shownComment, shownIssue, shownPerson } from "./show.ts";
import type { Site } from "./state.ts";

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
  const user = shownPerson(site, author);
  tell(site, issue, "jira:issue_updated", { user, issue_event_type_name: "issue_generic", changelog });
}

/** The issue was changed now. */
export function touch(site: Site, issue: Issue): void {
  issue.touched.push(site.now());
}

/** Tells what happened as a webhook of Jira does: in the words of its second API, where documents are plain text. */
export function tell(site: Site, issue: Issue, webhookEvent: string, more: Record<string, unknown>): void {
  const shown = shownIssue(site, issue, ["-comment", "-subtasks"]);
  const description = textOf(issue.fields["description"]) || null;
  site.told({
    timestamp: site.now(),
    webhookEvent,
    issue: { ...shown, fields: { ...shown.fields, description } },
    ...more,
  });
}

/** The same of a comment. Who deletes or changes one stands nowhere else than in the comment. */
export function tellOfComment(site: Site, issue: Issue, webhookEvent: string, comment: Comment): void {
  const told = { ...shownComment(site, issue, comment), body: textOf(comment.body) };
  tell(site, issue, webhookEvent, { comment: told, eventType: "primaryAction" });
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
