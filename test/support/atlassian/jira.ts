import { contracts } from "./contracts.ts";
import { type Asked, type Double, type DoubleOptions, type Manner, startDouble } from "./double.ts";
import { bulkHandlers, finishTasks } from "./jira/bulk.ts";
import { commentHandlers } from "./jira/comments.ts";
import { historyHandlers } from "./jira/history.ts";
import { issueHandlers } from "./jira/issues.ts";
import { linkHandlers } from "./jira/links.ts";
import { metaHandlers } from "./jira/meta.ts";
import type { Issue } from "./jira/model.ts";
import { type JiraPerson, known, personIn } from "./jira/people.ts";
import type { Permission } from "./jira/plans.ts";
import { issuePropertyHandlers } from "./jira/properties.ts";
import { searchHandlers } from "./jira/search.ts";
import { statusOf } from "./jira/show.ts";
import { createSite, type Site, type SiteOptions, type Told } from "./jira/state.ts";
import { transitionHandlers } from "./jira/transitions.ts";
import { userHandlers } from "./jira/users.ts";
import { createWebhook, type Listener } from "./jira/webhook.ts";
import { type Repeated, repeated } from "./repeated.ts";

/** A Jira Cloud on this machine: one site with projects, people and issues. */
export type Jira = Double & {
  /** All issues as they stand, in the order they were made. */
  readonly issues: () => Issue[];
  /** One by its id, its key or a former key; throws where there is none. */
  readonly issue: (ref: string) => Issue;
  /** The name of the status that an issue is in. */
  readonly statusOf: (ref: string) => string;
  /** A person at work in the browser: `us`, `alice`, `bob`, `carol`, or who was given. */
  readonly person: (name: string) => JiraPerson;
  /** Takes rights away from us in a project, or gives them back. */
  readonly deny: (project: string, ...permissions: readonly Permission[]) => void;
  readonly allow: (project: string, ...permissions: readonly Permission[]) => void;
  /** Takes a project away with all that is in it. */
  readonly removeProject: (key: string) => void;
  /** Everything that happened, as Jira's webhooks tell it. */
  readonly told: readonly Told[];
  /** Sends it to a URL from now on, signed with a secret (`X-Hub-Signature`). */
  readonly webhook: (listener: Listener) => void;
  /** What that URL answered, once all is sent; 0 where it did not. */
  readonly webhookAnswers: () => Promise<readonly number[]>;
  /** How long new things stay unknown to search, from now on. */
  readonly lag: (ms: number) => void;
  /** What was written more than once: issues, comments and links that carry the same mark. */
  readonly doubles: () => Repeated[];
};

/** Starts one. Without options: the usual projects and people, Atlassian's limits, no delay. */
export async function startJira(options: DoubleOptions & SiteOptions = {}): Promise<Jira> {
  const file = contracts()?.jira;
  if (!file) throw new Error("no contract documents: put the test into withContracts()");
  const webhook = createWebhook();
  const site = createSite(options, options.now ?? Date.now, webhook.hear);
  const handlers = {
    ...issueHandlers(site),
    ...historyHandlers(site),
    ...transitionHandlers(site),
    ...commentHandlers(site),
    ...issuePropertyHandlers(site),
    ...linkHandlers(site),
    ...searchHandlers(site),
    ...metaHandlers(site),
    ...userHandlers(site),
    ...bulkHandlers(site),
  };
  const writesTo = ({ param }: Asked, template: string) =>
    template.includes("/issue/{issueIdOrKey}")
      ? (site.keys.get(param("issueIdOrKey")) ?? param("issueIdOrKey"))
      : undefined;
  const double = await startDouble(
    { name: "jira", file, handlers, manner, writesTo, before: () => finishTasks(site) },
    options,
  );
  site.url = double.url;
  const { told, listen, answers } = webhook;
  return { ...double, ...windowsOf(site), told, webhook: listen, webhookAnswers: answers };
}

function windowsOf(site: Site): Omit<Jira, keyof Double | "told" | "webhook" | "webhookAnswers"> {
  const rights = (key: string) => {
    const project = site.projects.get(key);
    if (!project) throw new Error(`there is no project ${key}`);
    return project.denied;
  };
  return {
    issues: () => [...site.issues.values()],
    issue: (ref) => known(site, ref),
    statusOf: (ref) => statusOf(site, known(site, ref)).name,
    person: (name) => personIn(site, name),
    deny: (key, ...all) => {
      for (const one of all) rights(key).add(one);
    },
    allow: (key, ...all) => {
      for (const one of all) rights(key).delete(one);
    },
    removeProject: (key) => {
      site.projects.delete(key);
      for (const issue of [...site.issues.values()].filter(({ project }) => project === key)) {
        site.issues.delete(issue.id);
      }
    },
    lag: (ms) => {
      site.indexLagMs = ms;
    },
    doubles: () => doublesIn([...site.issues.values()]),
  };
}

function doublesIn(issues: readonly Issue[]): Repeated[] {
  const marks = issues.flatMap((issue) => [
    ...[...issue.properties].map(([key, value]) => ({
      what: `issue property ${key}`,
      value,
      where: issue.key,
    })),
    ...issue.comments.flatMap((comment) =>
      [...comment.properties].map(([key, value]) => ({
        what: `comment property ${key}`,
        value,
        where: `${issue.key} ${comment.id}`,
      })),
    ),
    ...issue.comments.map(({ body, id }) => ({ what: `comment of ${issue.key}`, value: body, where: id })),
    ...issue.links.map(({ object, id }) => ({
      what: `link of ${issue.key}`,
      value: object,
      where: String(id),
    })),
  ]);
  return repeated(marks);
}

const manner: Manner = {
  invalid: (problems) => ({
    status: 400,
    body: {
      errorMessages: [
        "Invalid request payload. Refer to the REST API documentation and try again.",
        ...problems,
      ],
      errors: {},
    },
  }),
  unknown: () => ({ status: 404, body: { errorMessages: ["null for uri"], errors: {} } }),
  unauthorised: () => ({
    status: 401,
    headers: {
      "X-Seraph-LoginReason": "AUTHENTICATED_FAILED",
      "WWW-Authenticate": 'OAuth realm="https://example.atlassian.net"',
    },
    body: { errorMessages: ["Client must be authenticated to access this resource."], errors: {} },
  }),
  limited: ({ reason, limit, waitMs }) => ({
    status: 429,
    headers: {
      "Retry-After": String(Math.max(1, Math.ceil(waitMs / 1000))),
      "RateLimit-Reason": `jira-${reason}`,
      "X-RateLimit-Limit": String(limit),
      "X-RateLimit-Remaining": "0",
      "X-RateLimit-Reset": new Date(Date.now() + waitMs).toISOString(),
    },
    body: { errorMessages: ["Rate limit exceeded."], errors: {} },
  }),
  broken: (problem) => ({
    status: 500,
    body: { errorMessages: [`the double answered wrongly: ${problem}`], errors: {} },
  }),
};
