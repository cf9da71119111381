import { z } from "zod";
import { inPath, readAnswer, type Site } from "./client.ts";
import { type Accounts, settingFor, toFieldValue } from "./field-values.ts";
import type { IssueState, Status } from "./issue.ts";
import { readOne, StatusRead } from "./issue-states.ts";
import { createKept } from "./kept.ts";
import { explainIssue, IssueGone } from "./refusals.ts";
import type { Way } from "./ways.ts";

/** What is known of the project's workflows: each status of each type is asked for once in a while, by an issue that stands there. */
export type Workflows = {
  /**
   * Where an issue stands. It is believed to stand where `state` says, unless nothing is known of the ways out of there: Jira tells
   * the ways of where it really stands, and they must not be taken for another status's.
   */
  look(state: IssueState): Promise<IssueState>;
  /** The ways out of where an issue stands, after a look. */
  waysFrom(state: IssueState): Promise<readonly Way[]>;
  /** The ways out of a status of its type, where somebody has stood there before. */
  known(state: IssueState, statusId: string): readonly Way[] | undefined;
  /** All statuses of its type. */
  statuses(state: IssueState): Promise<readonly Status[]>;
  /** Asks again next time. */
  forget(state: IssueState): void;
};

const KEPT_MS = 10 * 60_000;

const ScreenField = z.object({
  name: z.string(),
  required: z.boolean().default(false),
  hasDefaultValue: z.boolean().default(false),
  schema: z
    .object({ type: z.string(), items: z.string().optional(), custom: z.string().optional() })
    .default({ type: "any" }),
  allowedValues: z
    .array(z.object({ id: z.coerce.string(), name: z.string().optional(), value: z.string().optional() }))
    .optional()
    .catch(undefined),
});
const Transition = z.object({
  id: z.string(),
  name: z.string(),
  to: StatusRead,
  isAvailable: z.boolean().default(true),
  fields: z.record(z.string(), ScreenField).default({}),
});

/** Reads transitions as issues meet them. */
export function createWorkflows(site: Site, accounts: Accounts): Workflows {
  const ways = new Map<string, { readonly until: number; readonly ways: readonly Way[] }>();
  const statuses = createKept<ReadonlyMap<string, readonly Status[]>>(KEPT_MS);
  const place = ({ projectKey, typeId }: IssueState, statusId: string) =>
    [projectKey, typeId, statusId].join(" ");
  const known = (state: IssueState, statusId: string) => {
    const had = ways.get(place(state, statusId));
    return had && had.until > performance.now() ? had.ways : undefined;
  };
  const waysFrom = async (state: IssueState) => {
    const had = known(state, state.status.id);
    if (had) return had;
    const read = await readWays(site, accounts, state);
    ways.set(place(state, state.status.id), { until: performance.now() + KEPT_MS, ways: read });
    return read;
  };
  return {
    known,
    waysFrom,
    async look(state) {
      if (known(state, state.status.id)) return state;
      const fresh = await readOne(site, state.id);
      if (!fresh) throw new IssueGone(state.key);
      await waysFrom(fresh);
      return fresh;
    },
    async statuses(state) {
      const all = await statuses.get(state.projectKey, () => readStatuses(site, state.projectKey));
      return all.get(state.typeId) ?? [];
    },
    forget(state) {
      ways.delete(place(state, state.status.id));
    },
  };
}

async function readWays(site: Site, accounts: Accounts, state: IssueState): Promise<readonly Way[]> {
  try {
    const answer = await site.api.issues.getTransitions({
      issueIdOrKey: inPath(state.id),
      expand: "transitions.fields",
    });
    const { transitions } = readAnswer(z.object({ transitions: z.array(Transition).default([]) }), answer);
    const open = transitions.filter(({ isAvailable }) => isAvailable);
    return await Promise.all(open.map((one) => toWay(site, accounts, one)));
  } catch (error) {
    return await explainIssue(site, state.key, "move issues", error);
  }
}

/** What its screen requires comes from the settings; a resolution is chosen by where it goes. */
async function toWay(
  site: Site,
  accounts: Accounts,
  { id, name, to, fields }: z.infer<typeof Transition>,
): Promise<Way> {
  const set: Record<string, unknown> = {};
  const lacks: { fieldId: string; name: string }[] = [];
  let resolutions: Way["resolutions"] = [];
  const asked = Object.entries(fields).filter(([, field]) => field.required && !field.hasDefaultValue);
  for (const [fieldId, field] of asked) {
    const value = settingFor(site, { fieldId, ...field });
    if (value !== undefined) set[fieldId] = await toFieldValue(site, { fieldId, ...field }, value, accounts);
    else if (fieldId === "resolution" && field.allowedValues?.length)
      resolutions = field.allowedValues.map((one) => ({ id: one.id, name: one.name ?? one.value ?? "" }));
    else lacks.push({ fieldId, name: field.name });
  }
  return { id, name, to, lacks, fields: set, resolutions };
}

const StatusesOfType = z.object({ id: z.string(), statuses: z.array(StatusRead).default([]) });

/** The statuses of each type of a project, by the type's id. */
export async function readStatuses(
  site: Site,
  projectKey: string,
): Promise<ReadonlyMap<string, readonly Status[]>> {
  const answer = await site.api.projects.getAllStatuses({ projectIdOrKey: inPath(projectKey) });
  return new Map(readAnswer(z.array(StatusesOfType), answer).map(({ id, statuses }) => [id, statuses]));
}
