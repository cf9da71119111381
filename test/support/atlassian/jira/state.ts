import { type Issue, notFound, type Person, type Project, refuse } from "./model.ts";
import { type Permission, type ProjectPlan, usualProjects } from "./plans.ts";

/** What a Jira double is told about its site. */
export type SiteOptions = {
  readonly projects?: readonly ProjectPlan[];
  readonly people?: readonly Person[];
  /** How long an issue or a change of it stays unknown to search. */
  readonly indexLagMs?: number;
  /** How long a bulk task runs. */
  readonly bulkTaskMs?: number;
};

/** All that one Jira holds. */
export type Site = {
  url: string;
  readonly now: () => number;
  readonly people: readonly Person[];
  readonly projects: Map<string, Project>;
  /** By id. */
  readonly issues: Map<string, Issue>;
  /** Ids by key, the former ones too. */
  readonly keys: Map<string, string>;
  readonly tasks: Map<string, BulkTask>;
  indexLagMs: number;
  readonly bulkTaskMs: number;
  readonly nextId: () => string;
  /** Hears what changed, as a webhook does. */
  readonly told: (told: Told) => void;
};

/** Issues that are on their way to other statuses. */
export type BulkTask = {
  readonly id: string;
  readonly submitted: number;
  readonly wanted: readonly { readonly ref: string; readonly transitionId: string }[];
  done: boolean;
  readonly processed: string[];
  readonly failed: Record<string, string[]>;
  invalid: number;
};

/** Something happened. */
export type Told = {
  readonly webhookEvent: string;
  readonly timestamp: number;
  readonly [part: string]: unknown;
};

/** We and three more people; Bob hides his address, Carol has left. */
const usualPeople: readonly Person[] = [
  {
    name: "us",
    accountId: "712020:countersign",
    displayName: "Countersign",
    emailAddress: "countersign@example.com",
  },
  { name: "alice", accountId: "5b10a:alice", displayName: "Alice Ahrens", emailAddress: "alice@example.com" },
  {
    name: "bob",
    accountId: "5b10a:bob",
    displayName: "Bob Berg",
    emailAddress: "bob@example.com",
    hidesEmail: true,
  },
  {
    name: "carol",
    accountId: "5b10a:carol",
    displayName: "Carol Cole",
    emailAddress: "carol@example.com",
    gone: true,
  },
];

/** An empty site with its projects and people. */
export function createSite(options: SiteOptions, now: () => number, told: Site["told"]): Site {
  let last = 10_000;
  const projects = (options.projects ?? usualProjects).map((plan): Project => {
    return {
      ...plan,
      denied: new Set(plan.denied ?? []),
      custom: plan.custom ?? [],
      offScreen: plan.offScreen ?? [],
      issued: 0,
    };
  });
  return {
    url: "",
    now,
    people: options.people ?? usualPeople,
    projects: new Map(projects.map((project) => [project.key, project])),
    issues: new Map(),
    keys: new Map(),
    tasks: new Map(),
    indexLagMs: options.indexLagMs ?? 0,
    bulkTaskMs: options.bulkTaskMs ?? 0,
    nextId: () => String(++last),
    told,
  };
}

/** Us: whose token it is. */
export function us(site: Site): Person {
  return personNamed(site, "us");
}

/** A person by the short name that tests use. */
export function personNamed(site: Site, name: string): Person {
  const person = site.people.find((one) => one.name === name);
  if (!person) throw new Error(`the double knows no ${name}`);
  return person;
}

/** The issue that an id, a key or a former key means; Jira's 404 where there is none that we may see. */
export function issueFor(site: Site, ref: string): Issue {
  const issue = findIssue(site, ref);
  if (issue && allowed(projectOf(site, issue), "BROWSE_PROJECTS")) return issue;
  throw notFound("Issue does not exist or you do not have permission to see it.");
}

/** The same, whoever asks. */
export function findIssue(site: Site, ref: string): Issue | undefined {
  return site.issues.get(ref) ?? site.issues.get(site.keys.get(ref.toUpperCase()) ?? "");
}

/** The project that a key or an id means and that we may see. */
export function findProject(site: Site, ref: string): Project | undefined {
  const projects = [...site.projects.values()];
  const project = site.projects.get(ref.toUpperCase()) ?? projects.find(({ id }) => id === ref);
  return project && allowed(project, "BROWSE_PROJECTS") ? project : undefined;
}

/** The project that an issue is in. */
export function projectOf(site: Site, issue: Issue): Project {
  const project = site.projects.get(issue.project);
  if (!project) throw new Error(`${issue.key} is in no project`);
  return project;
}

/** Whether we may. */
export function allowed(project: Project, permission: Permission): boolean {
  return !project.denied.has(permission);
}

/** Refuses, where we may not. */
export function demand(project: Project, permission: Permission, words: string): void {
  if (!allowed(project, permission)) throw refuse(403, [words]);
}
