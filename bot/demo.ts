import { fileURLToPath } from "node:url";
import type { Sql } from "postgres";
import { wantMessage } from "#db/messages.ts";
import { projectByName, saveProject, saveWorkflow } from "#db/places.ts";
import { makeDemo } from "#integrations/demo/make-demo.ts";
import { readWorkflowFile } from "#integrations/workflows/read-workflow.ts";
import type { Config } from "./config.ts";
import { idFrom } from "./ids.ts";
import { welcomeCard } from "./slack/blocks/welcome-card.ts";
import { WELCOME } from "./slack/goal.ts";

const RELEASE = fileURLToPath(new URL("../examples/workflows/release.yml", import.meta.url));
const PROJECT = "billing";
/** The channel that a new local workspace opens with. */
const CHANNEL = "C01GENERAL";

/**
 * What a newcomer finds on the first start: a real repository, a saved workflow for it, and a message with a Start
 * button. What somebody changed since is left as it is.
 */
export async function makeDemoProject(needs: {
  readonly config: Config;
  readonly sql: Sql;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workspaceId: string;
  readonly botName: string;
}): Promise<void> {
  const { config, sql, environment, workspaceId, botName } = needs;
  const { repository } = await makeDemo({ dir: config.dataDir, environment });
  if (await projectByName(sql, workspaceId, PROJECT)) return;
  const id = idFrom(workspaceId, `project:${PROJECT}`);
  await saveProject(sql, {
    ...{ id, workspaceId, name: PROJECT, repository, branch: null, channelId: CHANNEL },
    ...{ testCommand: "npm test", commands: {}, reviewers: [] },
    ...{ fourEyes: "when_possible", planApproval: "risky" },
  });
  const document = await readWorkflowFile(RELEASE);
  await saveWorkflow(sql, workspaceId, { name: document.name, projectId: id, document });
  const desired = welcomeCard({ startedBy: null }, { people: (person) => person, botName });
  const place = { workspaceId, key: WELCOME, streamId: null, channelId: CHANNEL, threadKey: null };
  await wantMessage(sql, { ...place, rank: 0, desired });
}
