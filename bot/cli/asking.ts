import { projectById, projectByName, workflowByName } from "#db/places.ts";
import { Refusal } from "#engine/errors.ts";
import type { Office } from "./office.ts";

/** Whom and where local-slack means when nobody is named. */
const LOCAL = { person: "U01ALICE", channel: "C01GENERAL" } as const;

/** Who asks: whoever is named; on local-slack Alice. Refuses where nobody is. */
export function askerOf({ config }: Office, as: string | undefined): string {
  if (as !== undefined) return as;
  if (config.slack.kind === "local") return LOCAL.person;
  throw new Refusal(
    "bad_input",
    "Who asks? Name the person by --as and their Slack id, such as --as U0123456789: questions and four eyes go by that.",
  );
}

/** Where a goal's card stands: the channel that is named, else the project's, else SLACK_DEFAULT_CHANNEL, else local-slack's. */
export async function channelFor(
  office: Office,
  wanted: {
    readonly channel?: string;
    readonly project?: string;
    readonly workflow?: string | undefined;
  },
): Promise<string> {
  const { config } = office;
  const channel = wanted.channel ?? (await channelOfProject(office, wanted)) ?? config.slackDefaultChannel;
  if (channel) return channel;
  if (config.slack.kind === "local") return LOCAL.channel;
  throw new Refusal(
    "bad_input",
    "In which channel? Name it by --channel and its Slack id, give the project one (./countersign project add), or set SLACK_DEFAULT_CHANNEL.",
  );
}

async function channelOfProject(
  { sql, workspaceId }: Office,
  { project: name, workflow }: { readonly project?: string; readonly workflow?: string | undefined },
): Promise<string | null> {
  if (name !== undefined) return (await projectByName(sql, workspaceId, name))?.channelId ?? null;
  const saved = workflow === undefined ? null : await workflowByName(sql, workspaceId, workflow);
  const project = saved?.projectId ? await projectById(sql, workspaceId, saved.projectId) : null;
  return project?.channelId ?? null;
}
