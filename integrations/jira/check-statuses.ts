import { z } from "zod";
import type { Finding } from "../atlassian/finding.ts";
import { type Types, together } from "./check-types.ts";
import { readAnswer, type Site } from "./client.ts";
import type { IssueType } from "./create-screens.ts";
import { settingName } from "./field-values.ts";
import type { Category, IssueState, Status } from "./issue.ts";
import { IssueRead, toState } from "./issue-states.ts";
import { createAccounts } from "./people.ts";
import { type Aim, isThere, nextWayTo, type Way } from "./ways.ts";
import { createWorkflows, readStatuses, type Workflows } from "./workflows.ts";

const WORDS: Readonly<Record<Category, string>> = {
  new: "to do",
  indeterminate: "in progress",
  done: "done",
};
/** So many of the latest issues are looked at to learn of ways that lead out of their statuses. */
const LATEST = 100;
const AIMS: readonly Aim[] = [{ to: "indeterminate" }, { to: "done" }, { to: "done", prefer: "cancelled" }];

/** The statuses of each type by category, and whether our issues would reach them, as far as issues that are there show it. */
export async function checkStatuses(site: Site, types: Types): Promise<readonly Finding[]> {
  const used = [...new Map([...types.values()].map((type) => [type.id, type])).values()];
  if (used.length === 0) return [];
  const statuses = await readStatuses(site, site.settings.project);
  const latest = await latestIssues(site, used);
  const workflows = createWorkflows(site, createAccounts(site));
  const found: { readonly type: IssueType; readonly findings: readonly Finding[] }[] = [];
  for (const type of used) {
    const all = statuses.get(type.id) ?? [];
    const standing = uniqueByStatus(latest.filter(({ typeId }) => typeId === type.id));
    for (const state of standing) await workflows.look(state);
    found.push({ type, findings: checkType({ all, standing, workflows }) });
  }
  return together(found);
}

type Look = {
  readonly all: readonly Status[];
  readonly standing: readonly IssueState[];
  readonly workflows: Workflows;
};

function checkType(look: Look): readonly Finding[] {
  const { all, standing } = look;
  const named = (["new", "indeterminate", "done"] as const).map((category) => {
    const names = all.filter((status) => status.category === category).map(({ name }) => name);
    return { category, names };
  });
  const missing = named.filter(({ names }) => names.length === 0);
  const list = named.map(({ category, names }) => `${WORDS[category]}: ${names.join(", ") || "none"}`);
  const first: Finding = {
    level: missing.length > 0 ? "problem" : "ok",
    what: `its statuses are ${list.join("; ")}`,
    ...(missing.length > 0
      ? { todo: `Ask an admin to give its workflow a status for “${WORDS[missing[0]?.category ?? "done"]}”.` }
      : {}),
  };
  const start = all.find(({ category }) => category === "new");
  const sample = standing[0];
  if (missing.length > 0 || !start) return [first];
  if (!sample) return [first, unread("there is none yet whose transitions could be read")];
  return [first, ...checkWays(look, start, sample)];
}

const unread = (why: string): Finding => ({
  level: "warning",
  what: `whether an issue may be moved to each of them shows with the first one: ${why}`,
});

function checkWays({ all, workflows }: Look, start: Status, sample: IssueState): readonly Finding[] {
  const known = (statusId: string) => workflows.known(sample, statusId);
  const walks = AIMS.map((aim) => ({ aim, ...walk(start, all, aim, known) }));
  const reached = walks.filter(({ outcome }) => outcome === "there");
  const isUnknown = walks.some(({ outcome }) => outcome === "unknown");
  const ways = new Set(
    reached.map(({ path }) => `${path.map(({ name }) => `“${name}”`).join(", ")} to ${path.at(-1)?.to.name}`),
  );
  const shut = walks.filter(({ outcome }) => outcome === "shut");
  return [
    ...(ways.size > 0
      ? [{ level: "ok", what: `from ${start.name} it goes by ${[...ways].join("; by ")}` } as const]
      : []),
    ...shut.map(({ aim, lacking }) => noWay(start, aim, lacking)),
    ...(isUnknown ? [unread("not in every status stands an issue whose transitions could be read")] : []),
  ];
}

type Walk = {
  readonly outcome: "there" | "unknown" | "shut";
  readonly path: readonly Way[];
  /** What stands in the way: a screen that asks for more than we have. */
  readonly lacking: Way | null;
};

/** Goes from status to status in thought. */
function walk(
  start: Status,
  all: readonly Status[],
  aim: Aim,
  known: (statusId: string) => readonly Way[] | undefined,
): Walk {
  const path: Way[] = [];
  let at = start;
  let lacking: Way | null = null;
  while (!isThere(at, aim) && path.length < all.length + 1) {
    const ways = known(at.id);
    if (!ways) return { outcome: "unknown", path, lacking };
    lacking ??= ways.find((way) => way.lacks.length > 0 && isThere(way.to, aim)) ?? null;
    const way = nextWayTo(at.id, all, aim, known);
    if (!way) return { outcome: "shut", path, lacking };
    path.push(way);
    at = way.to;
  }
  return { outcome: isThere(at, aim) ? "there" : "unknown", path, lacking };
}

function noWay(start: Status, { to, prefer }: Aim, lacking: Way | null): Finding {
  const what = `no way leads from ${start.name} to “${prefer ?? WORDS[to]}”`;
  // Given up: then any end will do.
  const level = prefer === "cancelled" ? "warning" : "problem";
  if (!lacking) return { level, what, todo: "Ask an admin to add one to its workflow." };
  const names = lacking.lacks.map(({ name }) => `'${name}'`).join(", ");
  const set = lacking.lacks.map((field) => `\`jira.fields.${settingName(field)}\``).join(" and ");
  return {
    level,
    what: `${what}: “${lacking.name}” asks for ${names}`,
    todo: `Set ${set}, or take it off that screen.`,
  };
}

async function latestIssues(
  { api, settings }: Site,
  types: readonly IssueType[],
): Promise<readonly IssueState[]> {
  const answer = await api.issueSearch.searchAndReconsileIssuesUsingJqlPost({
    jql: `project = "${settings.project}" AND issuetype IN (${types.map(({ id }) => id).join(", ")}) ORDER BY updated DESC`,
    maxResults: LATEST,
    fields: ["summary", "status", "issuetype", "project"],
  });
  const Found = z.object({ issues: z.array(IssueRead).default([]) });
  return readAnswer(Found, answer).issues.map((issue) => toState(settings.url, issue));
}

const uniqueByStatus = (states: readonly IssueState[]): readonly IssueState[] => [
  ...new Map(states.map((state) => [state.status.id, state])).values(),
];
