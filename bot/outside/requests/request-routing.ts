import type { Sql } from "postgres";
import { type Project, projectById } from "#db/places.ts";
import type { Policy } from "#engine/consultation/consultation.ts";
import { createMemory } from "../../slack/memory.ts";
import { refuseWrong, type WrongField, WrongFields } from "../wrong-fields.ts";
import type { Caller } from "./asking.ts";
import type { Directory } from "./directory.ts";
import type { NewRequest } from "./request.ts";

/** How long a project's rules are remembered: requests come by the hundred, an operator changes a project once a month. */
const PROJECT_TTL_MS = 2_000;

/** Ways to reach people that the documents name. Slack is the one there is. */
const MEDIA = { slack: true, email: false, sms: false, web: false } as const;

const isMedium = (channel: string): channel is keyof typeof MEDIA => channel in MEDIA;

/** Why this entry of `routing.channels` can't be one, as far as its words tell; null where they don't. */
function whyNotChannel(channel: string): string | null {
  const name = channel.trim().toLowerCase();
  if (!isMedium(name) || MEDIA[name]) return null;
  return `Nobody can be asked by “${name}” yet: write "slack", or a Slack channel's id or #name.`;
}

/** Where a request is put and who may answer it. Throws `Refusal` with every field that is wrong. */
export type Route = (caller: Caller, routing: NewRequest["routing"]) => Promise<Policy>;

/** Finds people and channels in Slack, where a request names some; else nothing is asked but what is remembered. */
export function createRoute({
  sql,
  directory,
  defaultChannel,
}: {
  readonly sql: Sql;
  readonly directory: Directory;
  readonly defaultChannel: string | null;
}): Route {
  const projects = createMemory<Project | null>(PROJECT_TTL_MS, () => performance.now());

  return async (caller, { channels, recipients }) => {
    const { workspaceId, projectId } = caller;
    const [found, people, project] = await Promise.all([
      Promise.all(channels.map((channel, i) => findChannel(directory, workspaceId, channel, i))),
      Promise.all(recipients.map((recipient, i) => findPerson(directory, workspaceId, recipient, i))),
      projectId === null
        ? null
        : projects.get(`${workspaceId} ${projectId}`, () => projectById(sql, workspaceId, projectId)),
    ]);
    refuseWrong([...found, ...people].filter((one) => typeof one === "object" && one !== null));
    const named = unique(found.filter((one) => typeof one === "string"));
    const [channel = project?.channelId ?? defaultChannel, ...otherChannels] = named;
    const policy = {
      people: [...unique(people.filter((one) => typeof one === "string"))],
      reviewers: [...(project?.reviewers ?? [])].slice(0, 5),
      fourEyes: project?.fourEyes ?? "when_possible",
      ...(otherChannels.length > 0 ? { otherChannels } : {}),
    };
    if (channel === null && policy.people.length === 0) throw nowhere();
    return { ...policy, channel: channel ?? "" };
  };
}

const nowhere = (): WrongFields =>
  new WrongFields([
    {
      field: "routing",
      detail:
        "It is not said who is to be asked. Name recipients or a Slack channel; or give the key's project a channel (./countersign project add), or set SLACK_DEFAULT_CHANNEL.",
    },
  ]);

/** A channel's id, null for the medium itself, or what is wrong. */
async function findChannel(
  directory: Directory,
  workspaceId: string,
  channel: string,
  index: number,
): Promise<string | null | WrongField> {
  const field = `routing.channels.${index}`;
  const why = whyNotChannel(channel);
  if (why !== null) return { field, detail: why };
  if (isMedium(channel.trim().toLowerCase())) return null;
  const detail = `Countersign can't post in “${channel}”: no such channel, or it is not in it. Invite it there (/invite), or name another.`;
  return (await directory.channel(workspaceId, channel.trim())) ?? { field, detail };
}

async function findPerson(
  directory: Directory,
  workspaceId: string,
  { email, slackUserId }: NewRequest["routing"]["recipients"][number],
  index: number,
): Promise<string | WrongField> {
  const field = `routing.recipients.${index}`;
  if (slackUserId !== undefined)
    return (await directory.isFullMember(workspaceId, slackUserId))
      ? slackUserId
      : { field: `${field}.slack_user_id`, detail: `${slackUserId} is no full member of this workspace.` };
  const detail = `No full member of this Slack workspace has the address ${email}.`;
  return (await directory.personByEmail(workspaceId, email ?? "")) ?? { field: `${field}.email`, detail };
}

const unique = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];
