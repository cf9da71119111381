import { textOf } from "../adf.ts";
import { type Clause, type Condition, fail, type Jql } from "./jql.ts";
import type { Issue } from "./model.ts";
import { statusOf, typeOf } from "./show.ts";
import { findIssue, findProject, type Site, us } from "./state.ts";

/** An issue as the index knows it. */
export type View = { readonly issue: Issue; readonly updated: number };

const categories: Record<string, string> = { "to do": "new", "in progress": "indeterminate", done: "done" };
const times = ["created", "updated"];
const synonyms: Record<string, string> = {
  issuekey: "key",
  issue: "key",
  id: "key",
  type: "issuetype",
  createddate: "created",
  updateddate: "updated",
};
const known = [
  "project",
  "key",
  "parent",
  "creator",
  "reporter",
  "assignee",
  "labels",
  "status",
  "statuscategory",
  "issuetype",
  "summary",
  "text",
  "resolution",
  ...times,
];

/** Refuses what Jira would: unknown fields, projects and keys, operators that do not fit, dates it cannot read. */
export function checkCondition(site: Site, where: Condition): void {
  if (where.kind === "clause") checkClause(site, where);
  else for (const part of where.kind === "not" ? [where.part] : where.parts) checkCondition(site, part);
}

function checkClause(site: Site, clause: Clause): void {
  const field = nameOf(clause);
  const { operator, values } = clause;
  if (!known.includes(field))
    fail(`Field '${clause.field}' does not exist or you do not have permission to view it.`);
  const ofText = (field === "summary" || field === "text") === operator.includes("~");
  const ofTime = !/[<>]/.test(operator) || times.includes(field);
  if (!ofText || !ofTime) fail(`The operator '${operator}' is not supported by the '${field}' field.`);
  if (isEmptyWord(clause)) return;
  if (operator.startsWith("is")) fail(`The value '${values[0]}' is not supported by operator 'is'.`);
  for (const value of values) checkValue(site, field, value);
}

function checkValue(site: Site, field: string, value: string): void {
  const missing = (name: string) => fail(`The value '${value}' does not exist for the field '${name}'.`);
  if (field === "project" && !findProject(site, value)) missing("project");
  if (field === "statuscategory" && !categories[value.toLowerCase()]) missing("statusCategory");
  if (["key", "parent"].includes(field) && !findIssue(site, value)) {
    fail(`An issue with key '${value}' does not exist for field '${field}'.`);
  }
  if (times.includes(field)) timeOf(site, value, field);
}

/** Whether an issue is what is looked for. */
export function fits(site: Site, where: Condition, view: View): boolean {
  if (where.kind === "and") return where.parts.every((part) => fits(site, part, view));
  if (where.kind === "or") return where.parts.some((part) => fits(site, part, view));
  if (where.kind === "not") return !fits(site, where.part, view);
  const field = nameOf(where);
  if (times.includes(field)) return fitsTime(site, field, where, view);
  const own = ownValues(site, field, view.issue);
  const negative = /^(!|not|is not)/.test(where.operator);
  if (isEmptyWord(where)) return (own.length === 0) !== negative;
  if (negative && own.length === 0) return false;
  const wanted = where.values.flatMap((value) => meant(site, field, value));
  const hit = where.operator.includes("~")
    ? own.some((text) =>
        wanted.every((words) => text.toLowerCase().includes(words.toLowerCase().replace(/^"|"$|\*$/g, ""))),
      )
    : own.some((value) => wanted.some((one) => one.toLowerCase() === value.toLowerCase()));
  return hit !== negative;
}

/** The order that is asked for; by key where none is. */
export function compareBy(site: Site, orderBy: Jql["orderBy"]): (a: View, b: View) => number {
  const keyOf = (field: string, { issue, updated }: View): number | string => {
    if (field === "updated") return updated;
    if (field === "created") return issue.created;
    if (field === "key" || field === "issuekey" || field === "id") return Number(issue.id);
    return ownValues(site, field, issue)[0] ?? "";
  };
  return (a, b) => {
    for (const { field, down } of [...orderBy, { field: "id", down: orderBy.length === 0 }]) {
      const [left, right] = [keyOf(field, a), keyOf(field, b)];
      if (left !== right) return left < right === down ? 1 : -1;
    }
    return 0;
  };
}

function nameOf({ field }: Clause): string {
  return synonyms[field] ?? field;
}

function isEmptyWord({ operator, values }: Clause): boolean {
  return !/[<>~]/.test(operator) && values.length === 1 && /^(empty|null)$/i.test(values[0] ?? "");
}

function ownValues(site: Site, field: string, issue: Issue): string[] {
  const text = (value: unknown) => (typeof value === "string" ? [value] : []);
  if (field === "project") return [issue.project];
  if (field === "key") return [issue.id];
  if (field === "creator") return [issue.creator];
  if (field === "reporter") return [String(issue.fields["reporter"] ?? issue.creator)];
  if (field === "status") return [statusOf(site, issue).name, issue.status];
  if (field === "statuscategory") return [statusOf(site, issue).category];
  if (field === "issuetype") return [typeOf(site, issue).name, issue.type];
  if (field === "labels") return (issue.fields["labels"] ?? []) as string[];
  if (field === "resolution")
    return text((issue.fields["resolution"] as { name?: string } | undefined)?.name);
  if (field === "text") return [`${issue.fields["summary"]} ${textOf(issue.fields["description"])}`];
  return text(issue.fields[field]);
}

function meant(site: Site, field: string, value: string): string[] {
  if (value.toLowerCase() === "currentuser()") return [us(site).accountId];
  if (field === "project") return [findProject(site, value)?.key ?? ""];
  if (field === "key" || field === "parent") return [findIssue(site, value)?.id ?? ""];
  if (field === "statuscategory") return [categories[value.toLowerCase()] ?? ""];
  return [value];
}

function fitsTime(
  site: Site,
  field: string,
  { operator, values }: Clause,
  { issue, updated }: View,
): boolean {
  const [at, bound] = [field === "created" ? issue.created : updated, timeOf(site, values[0] ?? "", field)];
  if (operator === ">=") return at >= bound;
  if (operator === ">") return at > bound;
  if (operator === "<=") return at <= bound;
  if (operator === "<") return at < bound;
  return (Math.floor(at / 60_000) === Math.floor(bound / 60_000)) === (operator === "=");
}

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** -5m, a moment in ms, or a date; dates are UTC, the time zone of the double's people. */
function timeOf(site: Site, value: string, field: string): number {
  const [, sign, count, unit] = /^([+-]?)(\d+)([mhdw])$/.exec(value) ?? [];
  if (count !== undefined && unit !== undefined)
    return site.now() + (sign === "-" ? -1 : 1) * Number(count) * (units[unit] ?? 0);
  if (/^\d{12,14}$/.test(value)) return Number(value);
  const date = /^(\d{4})[-/](\d\d?)[-/](\d\d?)(?: (\d\d?):(\d\d))?$/.exec(value);
  if (!date) {
    fail(
      `Date value '${value}' for field '${field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.`,
    );
  }
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = (date ?? [])
    .slice(1)
    .map((part) => Number(part ?? 0));
  return Date.UTC(year, month - 1, day, hour, minute);
}
