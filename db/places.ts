import type { Sql } from "postgres";
import type { ProjectRef } from "#engine/agent/agent.ts";

/** A git repository, who reviews what is done in it, and under which rules. */
export type Project = ProjectRef & {
  readonly workspaceId: string;
  readonly channelId: string | null;
  readonly reviewers: readonly string[];
  /** Who hears of what only an operator or an admin can mend; null: its channel does. */
  readonly ownerId: string | null;
  readonly fourEyes: "always" | "when_possible" | "never";
  readonly planApproval: "always" | "risky" | "never";
};

const projectColumns = (sql: Sql) => sql`
  id, workspace_id as "workspaceId", name, repository, branch, channel_id as "channelId", test_command as "testCommand",
  commands, reviewers, owner_id as "ownerId", four_eyes as "fourEyes", plan_approval as "planApproval"`;

/** What is saved of a project; nobody owns it where nothing is said. */
type SavedProject = Omit<Project, "ownerId"> & Partial<Pick<Project, "ownerId">>;

/** Adds a project, or changes the one of that name. */
export async function saveProject(sql: Sql, project: SavedProject): Promise<void> {
  const {
    id,
    workspaceId,
    name,
    repository,
    branch,
    channelId,
    testCommand,
    commands,
    reviewers,
    ownerId = null,
  } = project;
  await sql`
    insert into projects (id, workspace_id, name, repository, branch, channel_id, test_command, commands, reviewers, owner_id, four_eyes, plan_approval)
    values (${id}, ${workspaceId}, ${name}, ${repository}, ${branch}, ${channelId}, ${testCommand}, ${sql.json(commands)},
      ${[...reviewers]}, ${ownerId}, ${project.fourEyes}, ${project.planApproval})
    on conflict (workspace_id, name) do update set repository = excluded.repository, branch = excluded.branch,
      channel_id = excluded.channel_id, test_command = excluded.test_command, commands = excluded.commands,
      reviewers = excluded.reviewers, owner_id = excluded.owner_id, four_eyes = excluded.four_eyes, plan_approval = excluded.plan_approval`;
}

export async function projectById(sql: Sql, workspaceId: string, id: string): Promise<Project | null> {
  const [project] = await sql<Project[]>`
    select ${projectColumns(sql)} from projects where workspace_id = ${workspaceId} and id = ${id}`;
  return project ?? null;
}

export async function projectByName(sql: Sql, workspaceId: string, name: string): Promise<Project | null> {
  const [project] = await sql<Project[]>`
    select ${projectColumns(sql)} from projects where workspace_id = ${workspaceId} and name = ${name}`;
  return project ?? null;
}

/** The project that belongs to a channel; the first by name where several do. */
export async function projectOfChannel(
  sql: Sql,
  workspaceId: string,
  channel: string,
): Promise<Project | null> {
  const [project] = await sql<Project[]>`
    select ${projectColumns(sql)} from projects
    where workspace_id = ${workspaceId} and channel_id = ${channel} order by name limit 1`;
  return project ?? null;
}

export async function listProjects(sql: Sql, workspaceId: string): Promise<readonly Project[]> {
  return sql<Project[]>`
    select ${projectColumns(sql)} from projects where workspace_id = ${workspaceId} order by name`;
}

/** A plan that was saved under a name, as its file says it. */
export type SavedWorkflow = {
  readonly name: string;
  readonly projectId: string | null;
  readonly document: unknown;
};

export async function saveWorkflow(sql: Sql, workspaceId: string, workflow: SavedWorkflow): Promise<void> {
  const { name, projectId, document } = workflow;
  await sql`
    insert into workflows (workspace_id, name, project_id, document)
    values (${workspaceId}, ${name}, ${projectId}, ${sql.json(document as never)})
    on conflict (workspace_id, name) do update set project_id = excluded.project_id, document = excluded.document`;
}

export async function workflowByName(
  sql: Sql,
  workspaceId: string,
  name: string,
): Promise<SavedWorkflow | null> {
  const [workflow] = await sql<SavedWorkflow[]>`
    select name, project_id as "projectId", document from workflows
    where workspace_id = ${workspaceId} and name = ${name}`;
  return workflow ?? null;
}

export async function listWorkflows(sql: Sql, workspaceId: string): Promise<readonly SavedWorkflow[]> {
  return sql<SavedWorkflow[]>`
    select name, project_id as "projectId", document from workflows where workspace_id = ${workspaceId} order by name`;
}

/**
 * Marks a workspace as the one that we are installed in. The settings hold the tokens of one: nothing of another goes out
 * through those.
 */
export async function saveInstallation(
  sql: Sql,
  {
    workspaceId,
    name,
    botUserId,
  }: { readonly workspaceId: string; readonly name: string; readonly botUserId: string },
): Promise<void> {
  await sql`
    insert into installations (workspace_id, name, bot_user_id) values (${workspaceId}, ${name}, ${botUserId})
    on conflict (workspace_id) do update set name = excluded.name, bot_user_id = excluded.bot_user_id, connected = true`;
  await sql`update installations set connected = false where workspace_id <> ${workspaceId} and connected`;
}

/** Slack does not know us in this workspace any more: nothing is done for it until it is connected again. Resolves to whether that is news. */
export async function markDisconnected(sql: Sql, workspaceId: string): Promise<boolean> {
  const rows = await sql`
    update installations set connected = false where workspace_id = ${workspaceId} and connected returning workspace_id`;
  return rows.length > 0;
}

/** A workspace that we are, or were, installed in. */
export type Installation = {
  readonly workspaceId: string;
  readonly name: string;
  readonly connected: boolean;
};

/** Every workspace, in order of their names: who asks is an operator, not somebody in one of them. */
export async function installations(sql: Sql): Promise<readonly Installation[]> {
  return sql<Installation[]>`
    select workspace_id as "workspaceId", name, connected from installations order by name`;
}
