import type { Asked, Handler } from "../double.ts";
import { Refused } from "../double.ts";
import { change, log, tell } from "./changes.ts";
import { placeOf, readChanges, readNew, wishOf } from "./fields.ts";
import { shownChange } from "./history.ts";
import { asObject, type Issue, type Project, refuse, wrongField } from "./model.ts";
import type { IssueType } from "./plans.ts";
import { setProperty } from "./properties.ts";
import { screenOf } from "./screens.ts";
import { shownIssue, shownPerson, typeOf } from "./show.ts";
import { demand, findProject, issueFor, projectOf, type Site, us } from "./state.ts";
import { availableTransitions } from "./transitions.ts";

/** Creating, reading, changing and deleting issues. */
export function issueHandlers(site: Site): Record<string, Handler> {
  return {
    createIssue: ({ body }) => ({ status: 201, body: createIssue(site, body, us(site).accountId) }),
    createIssues: ({ body }) => createMany(site, body),
    getIssue: (asked) => ({ status: 200, body: readIssue(site, asked) }),
    bulkFetchIssues: ({ body }) => ({ status: 200, body: fetchMany(site, body) }),
    editIssue: (asked) => editIssue(site, asked),
    assignIssue: (asked) => assign(site, asked),
    deleteIssue: (asked) => deleteByUs(site, asked),
  };
}

/** Makes an issue in somebody's name, by all the rules. */
export function createIssue(site: Site, body: unknown, author: string) {
  const wish = wishOf(body);
  const project = projectWanted(site, wish.fields["project"], author);
  const words = "You do not have permission to create issues in this project.";
  if (author === us(site).accountId) demand(project, "CREATE_ISSUES", words);
  const type = typeWanted(project, wish.fields["issuetype"]);
  const values = readNew({ site, project, type }, wish);
  const properties = propertiesOf(body);
  const at = site.now();
  const first = project.workflow.statuses[0];
  if (!first) throw new Error(`${project.key} has no status`);
  const issue: Issue = {
    id: site.nextId(),
    key: nextKey(project),
    formerKeys: [],
    project: project.key,
    type: type.id,
    status: first.id,
    fields: { priority: { id: "3", name: "Medium" }, ...values },
    properties: new Map(),
    comments: [],
    links: [],
    changes: [],
    creator: author,
    created: at,
    touched: [at],
  };
  for (const { key, value } of properties) setProperty(issue.properties, key, value);
  site.issues.set(issue.id, issue);
  site.keys.set(issue.key, issue.id);
  tell(site, issue, "jira:issue_created", {
    user: shownPerson(site, author),
    issue_event_type_name: "issue_created",
  });
  return { id: issue.id, key: issue.key, self: `${site.url}/rest/api/3/issue/${issue.id}` };
}

/** The next key of a project. */
function nextKey(project: Project): string {
  project.issued += 1;
  return `${project.key}-${project.issued}`;
}

/** Takes an issue away; what stood under an epic stays, sub-tasks go with it. */
export function removeIssue(site: Site, issue: Issue, author: string): void {
  for (const below of [...site.issues.values()].filter(({ fields }) => fields["parent"] === issue.id)) {
    if (typeOf(site, below).level < 0) removeIssue(site, below, author);
    else change(site, below, author, { parent: null });
  }
  tell(site, issue, "jira:issue_deleted", { user: shownPerson(site, author) });
  site.issues.delete(issue.id);
  for (const key of [issue.key, ...issue.formerKeys]) site.keys.delete(key);
}

function projectWanted(site: Site, wanted: unknown, author: string): Project {
  const ref = asObject(wanted)?.["key"] ?? asObject(wanted)?.["id"];
  const ours = author === us(site).accountId;
  const project =
    typeof ref === "string" ? (ours ? findProject(site, ref) : site.projects.get(ref)) : undefined;
  if (!project) throw wrongField("project", "valid project is required");
  return project;
}

function typeWanted(project: Project, wanted: unknown): IssueType {
  const { id, name } = { id: undefined, name: undefined, ...asObject(wanted) };
  const type = project.types.find((one) => (id === undefined ? one.name === name : one.id === String(id)));
  if (!type) throw wrongField("issuetype", "Specify a valid issue type");
  return type;
}

function propertiesOf(body: unknown): { key: string; value: unknown }[] {
  const list = asObject(body)?.["properties"];
  const properties = Array.isArray(list) ? list.map((one) => asObject(one)) : [];
  return properties.map((one) => ({ key: String(one?.["key"]), value: one?.["value"] }));
}

function createMany(site: Site, body: unknown) {
  const updates = (asObject(body)?.["issueUpdates"] ?? []) as readonly unknown[];
  if (updates.length > 50)
    throw refuse(400, ["The number of issues in the request exceeds the limit of 50."]);
  const issues: unknown[] = [];
  const errors: unknown[] = [];
  for (const [failedElementNumber, one] of updates.entries()) {
    try {
      issues.push(createIssue(site, one, us(site).accountId));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { status } = error.answer;
      errors.push({ status, elementErrors: { ...asObject(error.answer.body), status }, failedElementNumber });
    }
  }
  return { status: issues.length > 0 ? 201 : 400, body: { issues, errors } };
}

/** The fields, properties and expansions that a query asks for. */
export function wantedOf(query: URLSearchParams, name: string): string[] {
  return query
    .getAll(name)
    .flatMap((one) => one.split(","))
    .filter((one) => one !== "");
}

function readIssue(site: Site, { param, query }: Asked) {
  const issue = issueFor(site, param("issueIdOrKey"));
  const [fields, properties, expand] = ["fields", "properties", "expand"].map((name) =>
    wantedOf(query, name),
  );
  return expanded(site, issue, fields?.length ? fields : ["*all"], properties ?? [], expand ?? []);
}

/** An issue as it is asked for. */
export function expanded(
  site: Site,
  issue: Issue,
  fields: readonly string[],
  properties: readonly string[],
  expand: readonly string[],
) {
  const kept = [...issue.properties].filter(
    ([key]) => properties.includes(key) || properties.includes("*all"),
  );
  const histories = issue.changes.map((one) => shownChange(site, one)).reverse();
  return {
    ...shownIssue(site, issue, fields),
    ...(properties.length > 0 ? { properties: Object.fromEntries(kept) } : {}),
    ...(expand.includes("changelog")
      ? { changelog: { histories, startAt: 0, maxResults: histories.length, total: histories.length } }
      : {}),
    ...(expand.includes("transitions") ? { transitions: availableTransitions(site, issue, false) } : {}),
  };
}

function fetchMany(site: Site, body: unknown) {
  const { issueIdsOrKeys, fields, properties, expand } = asObject(body) as Record<
    string,
    string[] | undefined
  >;
  if ((issueIdsOrKeys ?? []).length > 100)
    throw refuse(400, ["The number of issues exceeds the limit of 100."]);
  const issues: unknown[] = [];
  const issueErrors: unknown[] = [];
  for (const ref of new Set(issueIdsOrKeys)) {
    try {
      issues.push(
        expanded(site, issueFor(site, ref), fields ?? ["*navigable"], properties ?? [], expand ?? []),
      );
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      issueErrors.push({
        id: ref,
        errorMessage: "Issue does not exist or you do not have permission to see it.",
      });
    }
  }
  return { issues, issueErrors };
}

function editIssue(site: Site, { param, query, body }: Asked) {
  const issue = issueFor(site, param("issueIdOrKey"));
  demand(projectOf(site, issue), "EDIT_ISSUES", "You do not have permission to edit issues in this project.");
  const place = placeOf(site, issue);
  const values = readChanges(place, wishOf(body), screenOf(place.project, place.type));
  const properties = propertiesOf(body);
  change(site, issue, us(site).accountId, values);
  for (const { key, value } of properties) setProperty(issue.properties, key, value);
  if (query.get("returnIssue") !== "true") return { status: 204 };
  return { status: 200, body: shownIssue(site, issue) };
}

function assign(site: Site, { param, body }: Asked) {
  const issue = issueFor(site, param("issueIdOrKey"));
  demand(projectOf(site, issue), "ASSIGN_ISSUES", "You do not have permission to assign issues.");
  const id = asObject(body)?.["accountId"] ?? null;
  const person = site.people.find(({ accountId }) => accountId === id);
  if (id !== null && (!person || person.gone))
    throw wrongField("assignee", `User '${String(id)}' cannot be assigned issues.`);
  change(site, issue, us(site).accountId, { assignee: id });
  return { status: 204 };
}

function deleteByUs(site: Site, { param, query }: Asked) {
  const issue = issueFor(site, param("issueIdOrKey"));
  demand(
    projectOf(site, issue),
    "DELETE_ISSUES",
    "You do not have permission to delete issues in this project.",
  );
  const subtasks = [...site.issues.values()].some(
    (one) => one.fields["parent"] === issue.id && typeOf(site, one).level < 0,
  );
  if (subtasks && query.get("deleteSubtasks") !== "true") {
    throw refuse(400, [
      `The issue '${issue.key}' has subtasks. You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks.`,
    ]);
  }
  removeIssue(site, issue, us(site).accountId);
  return { status: 204 };
}

/** Takes an issue into another project: it keeps its id and gets a new key, the old one leads to it. */
export function relocate(site: Site, issue: Issue, to: Project, author: string): void {
  const [from, oldKey] = [projectOf(site, issue), issue.key];
  const typeName = typeOf(site, issue).name;
  const type = to.types.find(({ name }) => name === typeName) ?? to.types.find(({ level }) => level === 0);
  const status = to.workflow.statuses[0];
  if (!type || !status) throw new Error(`${to.key} takes no issues`);
  issue.formerKeys.push(oldKey);
  Object.assign(issue, { project: to.key, key: nextKey(to), type: type.id, status: status.id });
  site.keys.set(issue.key, issue.id);
  const items = [
    { field: "project", from: from.id, fromString: from.name, to: to.id, toString: to.name },
    { field: "Key", fromString: oldKey, toString: issue.key },
  ];
  log(site, issue, author, items);
}
