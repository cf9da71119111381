import { asObject, type Comment, type Issue, moment, type Person, type Project } from "./model.ts";
import type { IssueType, Status, Transition } from "./plans.ts";
import { projectOf, type Site } from "./state.ts";

const categories = {
  new: { id: 2, key: "new", colorName: "blue-gray", name: "To Do" },
  indeterminate: { id: 4, key: "indeterminate", colorName: "yellow", name: "In Progress" },
  done: { id: 3, key: "done", colorName: "green", name: "Done" },
} as const;

/** A person as others see them: without an address that they hide. */
export function shownPerson(site: Site, accountId: string) {
  const person: Person | undefined = site.people.find((one) => one.accountId === accountId);
  return {
    self: `${site.url}/rest/api/3/user?accountId=${encodeURIComponent(accountId)}`,
    accountId,
    accountType: "atlassian",
    displayName: person?.displayName ?? "Former user",
    active: !person?.gone,
    timeZone: "Etc/UTC",
    ...(person && !person.hidesEmail ? { emailAddress: person.emailAddress } : {}),
  };
}

/** A status with its category. */
export function shownStatus(site: Site, { id, name, category }: Status) {
  return {
    self: `${site.url}/rest/api/3/status/${id}`,
    description: "",
    iconUrl: `${site.url}/images/icons/status.png`,
    id,
    name,
    statusCategory: {
      self: `${site.url}/rest/api/3/statuscategory/${categories[category].id}`,
      ...categories[category],
    },
  };
}

/** An issue type. */
export function shownType(site: Site, { id, name, level }: IssueType) {
  return {
    self: `${site.url}/rest/api/3/issuetype/${id}`,
    id,
    name,
    description: "",
    iconUrl: `${site.url}/images/icons/type.png`,
    subtask: level < 0,
    hierarchyLevel: level,
  };
}

/** A project in few words. */
export function shownProject(site: Site, { id, key, name, style, kind }: Project) {
  return {
    self: `${site.url}/rest/api/3/project/${id}`,
    id,
    key,
    name,
    projectTypeKey: kind ?? "software",
    simplified: style === "next-gen",
    style,
    isPrivate: false,
  };
}

/** A transition, with what its screen asks for where that is wanted. */
export function shownTransition(site: Site, project: Project, transition: Transition, screen: unknown) {
  const to = project.workflow.statuses.find(({ name }) => name === transition.to);
  if (!to) throw new Error(`${project.key} has no status ${transition.to}`);
  return {
    id: transition.id,
    name: transition.name,
    to: shownStatus(site, to),
    hasScreen: transition.requires !== undefined,
    isGlobal: transition.from === undefined,
    isInitial: false,
    isAvailable: true,
    isConditional: false,
    looped: false,
    ...(screen ? { fields: screen } : {}),
  };
}

/** A comment. */
export function shownComment(site: Site, issue: Issue, comment: Comment) {
  const { id, author, body, created, updated, updateAuthor, properties, visibility } = comment;
  return {
    self: `${site.url}/rest/api/3/issue/${issue.id}/comment/${id}`,
    id,
    author: shownPerson(site, author),
    body,
    updateAuthor: shownPerson(site, updateAuthor),
    created: moment(created),
    updated: moment(updated),
    jsdPublic: true,
    ...(visibility ? { visibility } : {}),
    ...(properties.size > 0 ? { properties: [...properties].map(([key, value]) => ({ key, value })) } : {}),
  };
}

/** Which fields of an issue are wanted: all, or some; `-name` leaves one out. */
export type Wanted = readonly string[];

/** An issue with the fields that are wanted. */
export function shownIssue(site: Site, issue: Issue, wanted: Wanted = ["*all"]) {
  const all = wanted.some((name) => name === "*all" || name === "*navigable");
  const left = wanted.filter((name) => name.startsWith("-")).map((name) => name.slice(1));
  const take = (name: string) =>
    !left.includes(name) && (all || left.length === wanted.length || wanted.includes(name));
  const fields = Object.entries(fieldsOf(site, issue)).filter(([name]) => take(name));
  const only = wanted.length > 0 && !(wanted.length === 1 && wanted[0] === "id");
  return {
    id: issue.id,
    self: `${site.url}/rest/api/3/issue/${issue.id}`,
    key: issue.key,
    ...(only ? { fields: Object.fromEntries(fields) } : {}),
  };
}

/** The status that an issue is in. */
export function statusOf(site: Site, issue: Issue): Status {
  const status = projectOf(site, issue).workflow.statuses.find(({ id }) => id === issue.status);
  if (!status) throw new Error(`${issue.key} is in no status`);
  return status;
}

/** The type that an issue has. */
export function typeOf(site: Site, issue: Issue): IssueType {
  const type = projectOf(site, issue).types.find(({ id }) => id === issue.type);
  if (!type) throw new Error(`${issue.key} has no type`);
  return type;
}

function fieldsOf(site: Site, issue: Issue): Record<string, unknown> {
  const { assignee, reporter, parent, ...others } = issue.fields;
  const person = (id: unknown) => (typeof id === "string" ? shownPerson(site, id) : null);
  const above = typeof parent === "string" ? site.issues.get(parent) : undefined;
  const below = [...site.issues.values()].filter((each) => each.fields["parent"] === issue.id);
  const comments = issue.comments.map((comment) => shownComment(site, issue, comment));
  return {
    labels: [],
    description: null,
    resolution: null,
    ...others,
    project: shownProject(site, projectOf(site, issue)),
    issuetype: shownType(site, typeOf(site, issue)),
    status: shownStatus(site, statusOf(site, issue)),
    assignee: person(assignee),
    reporter: person(reporter ?? issue.creator),
    creator: person(issue.creator),
    created: moment(issue.created),
    updated: moment(issue.touched.at(-1) ?? issue.created),
    subtasks: below.filter((each) => typeOf(site, each).level < 0).map((each) => brief(site, each)),
    comment: {
      comments,
      self: `${site.url}/rest/api/3/issue/${issue.id}/comment`,
      maxResults: comments.length,
      total: comments.length,
      startAt: 0,
    },
    ...(above ? { parent: brief(site, above) } : {}),
  };
}

function brief(site: Site, issue: Issue) {
  const { summary, priority } = { priority: undefined, ...asObject(issue.fields) } as Record<string, unknown>;
  const [status, issuetype] = [
    shownStatus(site, statusOf(site, issue)),
    shownType(site, typeOf(site, issue)),
  ];
  const self = `${site.url}/rest/api/3/issue/${issue.id}`;
  return { id: issue.id, key: issue.key, self, fields: { summary, status, priority, issuetype } };
}
