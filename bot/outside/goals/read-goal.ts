import type { Sql } from "postgres";
import { listWorkflows, type Project, projectById, projectByName, workflowByName } from "#db/places.ts";
import { Refusal } from "#engine/errors.ts";
import type { GoalRequest } from "../../brief.ts";
import type { Asking, Caller } from "../requests/asking.ts";
import type { Directory } from "../requests/directory.ts";
import { refuseWrong, type WrongField } from "../wrong-fields.ts";
import type { NewGoal } from "./goal.ts";

/** Turns what came over the API into what Slack's own commands ask for, where people and places are known. */
export type ReadGoal = ReturnType<typeof createReadGoal>;

/** `directory` is null where there is no Slack: then nobody can say who is a member, and a channel is taken as it is named. */
export function createReadGoal(needs: {
  readonly sql: Sql;
  readonly directory: Directory | null;
  readonly checkAgent: (by: Asking, metadata: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly defaultChannel: string | null;
}) {
  const { sql, directory, checkAgent, defaultChannel } = needs;

  /** The name of the agent that asks; null where a person's own token does. */
  const agent = async (by: Asking, metadata: Readonly<Record<string, unknown>>): Promise<string | null> =>
    by.caller.personId === null ? (await checkAgent(by, metadata)).slice(0, 100) : null;

  /** Throws `Refusal` with every field that is wrong. */
  async function goal(by: Asking, asked: NewGoal): Promise<Omit<GoalRequest, "requestedBy">> {
    const { workspaceId } = by.caller;
    const { goal: text, channel: named, metadata = {}, ...rest } = asked;
    const [name, place, channel, strangers] = await Promise.all([
      agent(by, metadata),
      placeOf(sql, by.caller, asked),
      named === undefined ? null : channelOf(directory, workspaceId, named),
      strangersAmong(directory, workspaceId, asked.reviewers ?? []),
    ]);
    refuseWrong([...place.wrong, ...(isWrong(channel) ? [channel] : []), ...strangers]);
    const project = place.project;
    const card = (isWrong(channel) ? null : channel) ?? project?.channelId ?? defaultChannel ?? nowhere();
    return {
      ...{ ...rest, workspaceId, text, metadata, channel: card },
      ...(project ? { project: project.name } : {}),
      ...(name === null ? {} : { agent: name }),
    };
  }

  return { goal, agent };
}

const isWrong = (found: string | WrongField | null): found is WrongField =>
  typeof found === "object" && found !== null;

function nowhere(): never {
  throw new Refusal(
    "bad_input",
    "channel: It is not said where the goal's card stands. Name a Slack channel, give the project one (./countersign project add), or set SLACK_DEFAULT_CHANNEL.",
    { field: "channel" },
  );
}

type Place = { readonly project: Project | null; readonly wrong: readonly WrongField[] };

/** "There are outside, release." */
async function workflowsFor(sql: Sql, { workspaceId, projectId }: Caller): Promise<string> {
  const saved = await listWorkflows(sql, workspaceId);
  const within = saved.filter((one) => projectId === null || [null, projectId].includes(one.projectId));
  const names = within.slice(0, MOST_NAMES).map(({ name }) => name);
  if (names.length === 0) return "None is saved: ./countersign workflow add does it.";
  return `There ${names.length > 1 ? "are" : "is"} ${names.join(", ")}${within.length > MOST_NAMES ? ", and more" : ""}.`;
}

const MOST_NAMES = 10;

/** The project that a goal is for: the one that is named, else the workflow's, else the key's. */
async function placeOf(sql: Sql, caller: Caller, { project: name, workflow }: NewGoal): Promise<Place> {
  const { workspaceId, projectId } = caller;
  const [named, saved, own] = await Promise.all([
    name === undefined ? null : projectByName(sql, workspaceId, name),
    workflow === undefined ? null : workflowByName(sql, workspaceId, workflow),
    projectId === null ? null : projectById(sql, workspaceId, projectId),
  ]);
  const isOutOfReach = (id: string | null | undefined) =>
    projectId !== null && id != null && id !== projectId;
  const wrong: WrongField[] = [];
  if (name !== undefined && (!named || isOutOfReach(named.id)))
    wrong.push({ field: "project", detail: `There is no project “${name}” that this key reaches.` });
  if (workflow !== undefined && (!saved || isOutOfReach(saved.projectId)))
    wrong.push({
      field: "workflow",
      detail: `There is no workflow “${workflow}” that this key reaches. ${await workflowsFor(sql, caller)}`,
    });
  const ofWorkflow = saved?.projectId ? await projectById(sql, workspaceId, saved.projectId) : null;
  return { project: named ?? ofWorkflow ?? own, wrong };
}

async function channelOf(
  directory: Directory | null,
  workspaceId: string,
  named: string,
): Promise<string | WrongField> {
  const found = directory ? await directory.channel(workspaceId, named) : named;
  return (
    found ?? {
      field: "channel",
      detail: `There is no channel “${named}” in which Countersign may post: invite it there first (/invite).`,
    }
  );
}

async function strangersAmong(
  directory: Directory | null,
  workspaceId: string,
  reviewers: readonly string[],
): Promise<readonly WrongField[]> {
  if (!directory) return [];
  const known = await Promise.all(reviewers.map((one) => directory.isFullMember(workspaceId, one)));
  return reviewers.flatMap((one, i) =>
    known[i]
      ? []
      : [
          {
            field: `reviewers.${i}`,
            detail: `${one} is no full member of this workspace, so they can't review.`,
          },
        ],
  );
}
