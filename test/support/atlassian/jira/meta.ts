import type { Asked, Handler } from "../double.ts";
import { notFound, type Project, refuse } from "./model.ts";
import { type Permission, permissions } from "./plans.ts";
import { type ScreenField, screenOf } from "./screens.ts";
import { shownProject, shownStatus, shownType } from "./show.ts";
import { allowed, findProject, issueFor, projectOf, type Site } from "./state.ts";

/** What a Jira tells of itself: projects, types, screens, statuses, rights. */
export function metaHandlers(site: Site): Record<string, Handler> {
  const projects = () => [...site.projects.values()].filter((one) => allowed(one, "BROWSE_PROJECTS"));
  return {
    getServerInfo: () => ({
      status: 200,
      body: { baseUrl: site.url, deploymentType: "Cloud", version: "1001.0.0-SNAPSHOT" },
    }),
    getProject: ({ param }) => {
      const project = projectFor(site, param("projectIdOrKey"));
      return {
        status: 200,
        body: {
          ...shownProject(site, project),
          issueTypes: project.types.map((one) => shownType(site, one)),
        },
      };
    },
    searchProjects: ({ query }) => {
      const [startAt, maxResults] = [
        Number(query.get("startAt") ?? 0),
        Number(query.get("maxResults") ?? 50),
      ];
      const [keys, words] = [query.getAll("keys"), (query.get("query") ?? "").toLowerCase()];
      const fits = ({ key, name }: Project) => `${key} ${name}`.toLowerCase().includes(words);
      const all = projects().filter((one) => (keys.length === 0 || keys.includes(one.key)) && fits(one));
      const values = all.slice(startAt, startAt + maxResults).map((one) => shownProject(site, one));
      const isLast = startAt + values.length >= all.length;
      return { status: 200, body: { startAt, maxResults, total: all.length, isLast, values } };
    },
    getAllStatuses: ({ param }) => {
      const project = projectFor(site, param("projectIdOrKey"));
      const statuses = project.workflow.statuses.map((one) => shownStatus(site, one));
      const types = project.types.map((one) => shownType(site, one));
      return {
        status: 200,
        body: types.map(({ self, id, name, subtask }) => ({ self, id, name, subtask, statuses })),
      };
    },
    getStatuses: () => {
      const all = projects().flatMap(({ workflow }) => workflow.statuses);
      return { status: 200, body: [...new Map(all.map((one) => [one.id, shownStatus(site, one)])).values()] };
    },
    getCreateIssueMetaIssueTypes: ({ param, query }) => {
      const { types } = creatable(site, param("projectIdOrKey"));
      return page(
        query,
        "issueTypes",
        types.map((one) => shownType(site, one)),
      );
    },
    getCreateIssueMetaIssueTypeId: ({ param, query }) => {
      const project = creatable(site, param("projectIdOrKey"));
      const type = project.types.find(({ id }) => id === param("issueTypeId"));
      if (!type) throw refuse(400, ["The issue type selected is invalid."]);
      return page(query, "fields", screenOf(project, type));
    },
    getEditIssueMeta: ({ param }) => {
      const issue = issueFor(site, param("issueIdOrKey"));
      const project = projectOf(site, issue);
      const type = project.types.find(({ id }) => id === issue.type);
      const screen = type && allowed(project, "EDIT_ISSUES") ? screenOf(project, type) : [];
      const fields = screen.map(({ fieldId, ...field }) => [fieldId, field] as const);
      return { status: 200, body: { fields: Object.fromEntries(fields) } };
    },
    getFields: () => ({ status: 200, body: fieldsOf(projects()) }),
    getMyPermissions: (asked) => ({ status: 200, body: { permissions: myPermissions(site, asked) } }),
  };
}

function projectFor(site: Site, ref = ""): Project {
  const project = findProject(site, ref);
  if (!project) throw notFound(`No project could be found with key '${ref}'.`);
  return project;
}

function creatable(site: Site, ref = ""): Project {
  const project = findProject(site, ref);
  if (project && allowed(project, "CREATE_ISSUES")) return project;
  throw refuse(400, ["Unable to find project or you do not have permission to create issues in it."]);
}

function page(query: URLSearchParams, name: string, all: readonly unknown[]) {
  const [startAt, maxResults] = [Number(query.get("startAt") ?? 0), Number(query.get("maxResults") ?? 50)];
  const part = all.slice(startAt, startAt + maxResults);
  return { status: 200, body: { startAt, maxResults, total: all.length, [name]: part } };
}

function fieldsOf(projects: readonly Project[]) {
  const all = projects.flatMap((project) => project.types.flatMap((type) => screenOf(project, type)));
  const fields = new Map<string, ScreenField>(all.map((field) => [field.fieldId, field]));
  return [...fields.values()].map(({ fieldId, key, name, schema }) => {
    const custom = fieldId.startsWith("customfield_");
    const clauseNames = custom ? [`cf[${fieldId.slice(12)}]`, name] : [fieldId];
    return {
      id: fieldId,
      key,
      name,
      custom,
      orderable: true,
      navigable: true,
      searchable: true,
      clauseNames,
      schema,
    };
  });
}

function myPermissions(site: Site, { query }: Asked) {
  const wanted = query.get("permissions");
  if (wanted === null) throw refuse(400, ["The 'permissions' query parameter is required."]);
  const project = projectAsked(site, query);
  const keys = wanted.split(",");
  const unknown = keys.filter((key) => !permissions.some((one) => one === key));
  if (unknown.length > 0) throw refuse(400, [`Unrecognized permission(s): ${unknown.join(", ")}`]);
  const answers = (keys as Permission[]).map((key, index) => {
    const havePermission = project
      ? allowed(project, key)
      : [...site.projects.values()].some((one) => allowed(one, key));
    return [
      key,
      { id: String(index), key, name: key, type: "PROJECT", description: "", havePermission },
    ] as const;
  });
  return Object.fromEntries(answers);
}

function projectAsked(site: Site, query: URLSearchParams): Project | undefined {
  const issue = query.get("issueKey") ?? query.get("issueId");
  if (issue !== null) return projectOf(site, issueFor(site, issue));
  const ref = query.get("projectKey") ?? query.get("projectId");
  if (ref === null) return undefined;
  return projectFor(site, ref);
}
