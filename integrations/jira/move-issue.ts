import type { OutsideRefusal } from "#engine/errors.ts";
import { ApiRefusal } from "../atlassian/failure.ts";
import { inPath, type Site } from "./client.ts";
import { settingName } from "./field-values.ts";
import type { IssueState, Status } from "./issue.ts";
import { readOne } from "./issue-states.ts";
import { explainIssue, IssueGone, refusal } from "./refusals.ts";
import { type Aim, isThere, nextWay, nextWayTo, resolutionFor, saysIt, type Way } from "./ways.ts";
import type { Workflows } from "./workflows.ts";

export type Mover = { readonly site: Site; readonly workflows: Workflows };

/** No workflow needs more; a way that leads round in circles ends here. */
const MOST_HOPS = 10;

/** Moves an issue from where it stands to a status of a category, over others where it must. It may be there already. */
export async function moveIssue(mover: Mover, start: IssueState, aim: Aim): Promise<Status> {
  const closed = new Set<string>();
  let state = start;
  let said: ApiRefusal | undefined;
  for (let hop = 0; hop < MOST_HOPS && !isThere(state.status, aim); hop++) {
    state = await mover.workflows.look(state);
    const way = isThere(state.status, aim) ? null : await wayFor(mover, state, aim, closed);
    if (!way) break;
    said = await go(mover, state, way, aim);
    state = said ? await lookAgain(mover, state, way, closed) : { ...state, status: way.to };
  }
  if (isThere(state.status, aim)) return state.status;
  throw await noWay(mover, state, aim, said);
}

/** Where it stands, after Jira refused a way: somebody has moved it, changed its workflow, or that way is not open to this issue. */
async function lookAgain(
  { site, workflows }: Mover,
  state: IssueState,
  way: Way,
  closed: Set<string>,
): Promise<IssueState> {
  workflows.forget(state);
  const fresh = await readOne(site, state.id);
  if (!fresh) throw new IssueGone(state.key);
  if (fresh.status.id === state.status.id) closed.add(`${state.status.id} ${way.id}`);
  return fresh;
}

/** The next way that brings it nearer; null: there is none. */
export async function wayFor(
  { workflows }: Mover,
  state: IssueState,
  aim: Aim,
  closed: ReadonlySet<string> = new Set(),
): Promise<Way | null> {
  const from = state.status.id;
  const ways = await workflows.waysFrom(state);
  const known = (statusId: string) =>
    workflows.known(state, statusId)?.filter(({ id }) => !closed.has(`${statusId} ${id}`));
  const direct = ways.filter(({ id, lacks }) => lacks.length === 0 && !closed.has(`${from} ${id}`));
  const good = direct.map(({ to }) => to).filter((to) => saysIt(to, aim));
  if (good.length > 0) return nextWay(from, good, aim, known);
  return nextWayTo(from, await workflows.statuses(state), aim, known);
}

/** Goes one way. What comes back is why Jira did not let it go there. */
async function go({ site }: Mover, state: IssueState, way: Way, aim: Aim): Promise<ApiRefusal | undefined> {
  const resolution = resolutionFor(way, aim);
  const fields = { ...way.fields, ...(resolution === null ? {} : { resolution }) };
  try {
    await site.api.issues.doTransition({
      issueIdOrKey: inPath(state.id),
      transition: { id: way.id },
      ...(Object.keys(fields).length > 0 ? { fields } : {}),
    });
    return undefined;
  } catch (error) {
    if (error instanceof ApiRefusal && [400, 409, 422].includes(error.status)) return error;
    return await explainIssue(site, state.key, "move issues", error);
  }
}

const WORDS = { new: "to do", indeterminate: "in progress", done: "done" } as const;

async function noWay(
  { site, workflows }: Mover,
  state: IssueState,
  { to }: Aim,
  said: ApiRefusal | undefined,
): Promise<OutsideRefusal> {
  const { key, status, projectKey } = state;
  const start = `Jira does not let ${key} (${status.name}) become "${WORDS[to]}"`;
  const ways = await workflows.waysFrom(state);
  const lacking = ways.find((way) => way.lacks.length > 0);
  if (lacking) {
    const names = lacking.lacks.map(({ name }) => `'${name}'`).join(", ");
    const set = lacking.lacks.map((field) => `\`jira.fields.${settingName(field)}\``).join(" and ");
    return refusal(
      "way_needs_fields",
      `${start}: "${lacking.name}" asks for ${names}. Set ${set} for ${site.owner}, or take it off that screen.`,
    );
  }
  if (said) return refusal("no_way", `${start}: ${said.message}`, said);
  if (ways.length === 0)
    return refusal(
      "no_permission",
      `${start}: it offers ${site.settings.username} no way at all. Ask an admin of ${projectKey} for the right to transition issues.`,
    );
  return refusal(
    "no_way",
    `${start}: its workflow has no way there. Ask an admin of ${projectKey} to add one.`,
  );
}
