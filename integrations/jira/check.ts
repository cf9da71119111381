import { z } from "zod";
import { OutsideFailure, OutsideRefusal } from "#engine/errors.ts";
import { ApiRefusal, CredentialsLost } from "../atlassian/failure.ts";
import type { Finding } from "../atlassian/finding.ts";
import { checkFields } from "./check-fields.ts";
import { checkStatuses } from "./check-statuses.ts";
import { checkTypes } from "./check-types.ts";
import { inPath, openSite, readAnswer, type Site } from "./client.ts";
import { createScreens } from "./create-screens.ts";
import { createAccounts, readMyself } from "./people.ts";
import type { JiraSettings } from "./settings.ts";

/** Reads what a project would write to, and says what would work and what would not. Writes nothing, and never rejects because of Jira. */
export async function checkJira(needs: {
  readonly settings: JiraSettings;
  readonly token: string;
  readonly project?: string | undefined;
}): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  try {
    const site = openSite(needs);
    found.push(await checkAccount(site));
    const project = await checkProject(site);
    found.push(project);
    if (project.level !== "problem") await checkWithin(site, found);
    found.push(...checkInbound(site));
  } catch (error) {
    found.push(toFinding(needs.settings, error));
  }
  return found;
}

/** What there is in the project, as far as our account may see it. */
async function checkWithin(site: Site, found: Finding[]): Promise<void> {
  const rights = await checkRights(site);
  found.push(...rights.findings);
  if (!rights.mayCreate) return;
  const screens = createScreens(site);
  const { findings, types } = await checkTypes(site, screens);
  found.push(...findings);
  found.push(...(await checkFields(site, screens, types, createAccounts(site))));
  found.push(...(await checkStatuses(site, types)));
}

async function checkAccount(site: Site): Promise<Finding> {
  const { displayName } = await readMyself(site);
  const { url, username } = site.settings;
  return ok(`${url} answers, and takes the token of ${displayName} (${username})`);
}

const ProjectRead = z.object({
  name: z.string(),
  style: z.string().optional(),
  archived: z.boolean().default(false),
});
const Projects = z.object({ values: z.array(z.object({ key: z.string() })).default([]) });

async function checkProject(site: Site): Promise<Finding> {
  const { project: key, username } = site.settings;
  try {
    const answer = await site.api.projects.getProject({ projectIdOrKey: inPath(key) });
    const { name, style, archived } = readAnswer(ProjectRead, answer);
    if (archived)
      return problem(`Project ${key} is archived`, "Restore it, or set another key as `jira.project`.");
    const kind = style === "next-gen" ? "team-managed" : "company-managed";
    return ok(`Project ${key} is “${name}” (${kind})`);
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    const { values } = readAnswer(Projects, await site.api.projects.searchProjects({ maxResults: 10 }));
    const seen = values.length > 0 ? `It sees ${values.map((one) => one.key).join(", ")}.` : "It sees none.";
    return problem(
      `There is no project ${key} that ${username} can see`,
      `${seen} Give that account access to the project, or set another key as \`jira.project\`.`,
    );
  }
}

/** What we ask Jira for in a project. Without the first ones nothing works. */
const RIGHTS = [
  { key: "BROWSE_PROJECTS", words: "see issues", without: null },
  { key: "CREATE_ISSUES", words: "create issues", without: null },
  { key: "TRANSITION_ISSUES", words: "move issues to other statuses", without: null },
  { key: "ADD_COMMENTS", words: "comment on issues", without: null },
  { key: "EDIT_OWN_COMMENTS", words: "edit its own comments", without: null },
  { key: "EDIT_ISSUES", words: "edit issues", without: "summaries and labels stay as they were made" },
  { key: "LINK_ISSUES", words: "link issues", without: "issues don't lead to the thread in Slack" },
  { key: "ASSIGN_ISSUES", words: "assign issues", without: "nobody becomes an issue's assignee" },
] as const;
const Rights = z.object({
  permissions: z.record(z.string(), z.object({ havePermission: z.boolean().default(false) })).default({}),
});

async function checkRights(
  site: Site,
): Promise<{ readonly findings: readonly Finding[]; readonly mayCreate: boolean }> {
  const { project, username } = site.settings;
  const answer = await site.api.permissions.getMyPermissions({
    projectKey: project,
    permissions: RIGHTS.map(({ key }) => key).join(","),
  });
  const { permissions } = readAnswer(Rights, answer);
  const has = ({ key }: (typeof RIGHTS)[number]) => permissions[key]?.havePermission === true;
  const may = RIGHTS.filter(has).map(({ words }) => words);
  const lacks = RIGHTS.filter((right) => !has(right)).map(({ key, words, without }): Finding => {
    const what = `${username} may not ${words} in ${project}${without === null ? "" : `: ${without}`}`;
    const todo = `Ask an admin of that Jira project for the permission ${key}.`;
    return { level: without === null ? "problem" : "warning", what, todo };
  });
  const findings = may.length > 0 ? [ok(`${username} may ${may.join(", ")}`), ...lacks] : lacks;
  return { findings, mayCreate: may.includes("create issues") };
}

function checkInbound({ settings: { inbound, goalLabel } }: Site): readonly Finding[] {
  if (inbound === "webhook")
    return [
      ok(
        "Jira tells us by webhook what people do there: an admin of Jira registers one (System → WebHooks) that sends issue and comment events to <our address>/webhooks/jira, with this connection's secret",
      ),
    ];
  if (inbound === "poll")
    return [ok("What people do there is asked for again and again; no webhook is needed")];
  if (goalLabel === undefined) return [];
  return [
    {
      level: "warning",
      what: `The label ${goalLabel} makes no goals: what happens in Jira is not heard`,
      todo: "Set `jira.inbound` to webhook or poll.",
    },
  ];
}

const ok = (what: string): Finding => ({ level: "ok", what });
const problem = (what: string, todo: string): Finding => ({ level: "problem", what, todo });

/** What stopped the look. An error of our own is none of Jira's and goes on. */
function toFinding({ url, username }: JiraSettings, error: unknown): Finding {
  if (error instanceof CredentialsLost)
    return problem(
      `${url} does not take the token of ${username}`,
      "Make a new one at https://id.atlassian.com/manage-profile/security/api-tokens, for that account, and set it as JIRA_API_TOKEN.",
    );
  if (error instanceof OutsideFailure)
    return problem(`${url}: ${error.message}`, "Look at JIRA_URL, or try again later.");
  if (error instanceof ApiRefusal && error.status === 404)
    return problem(
      `${url} is no Jira: it answers 404`,
      "Set JIRA_URL to the address of your site, such as https://acme.atlassian.net.",
    );
  if (error instanceof OutsideRefusal) return { level: "problem", what: error.message };
  throw error;
}
