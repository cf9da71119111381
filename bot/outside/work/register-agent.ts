import type { Sql } from "postgres";
import {
  addAgent,
  changeAgent,
  findAgent,
  isKeyGone,
  namesOfOthers,
  type OutsideAgentRow,
} from "#db/outside-agents.ts";
import { Refusal } from "#engine/errors.ts";
import { idFrom } from "../../ids.ts";
import { likenessOf } from "../../slack/likeness.ts";
import type { Endpoints } from "../deliveries/endpoints.ts";
import type { Asking, Caller } from "../requests/asking.ts";
import type { Directory } from "../requests/directory.ts";

/** What an agent says of itself when it registers. */
export type WantedAgent = {
  readonly name: string;
  readonly description: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrent: number;
  readonly leaseMs: number;
  /** Its card (A2A-shaped), kept as it came; null where it has none. */
  readonly card: Readonly<Record<string, unknown>> | null;
  /** Where work is to be pushed to; null where it claims. */
  readonly endpoint: { readonly url: string; readonly secret?: string | undefined } | null;
};

/** `secretShown` is told now and never again; null where none was made. */
export type Registered = {
  readonly id: string;
  readonly isNew: boolean;
  readonly secretShown: string | null;
};

/** What the registry needs of the world. */
export type RegisterNeeds = {
  readonly sql: Sql;
  readonly endpoints: Pick<Endpoints, "check" | "makeAgentEndpoint" | "rotate" | "switchOff">;
  /** Null where there is no Slack, and so nobody whose name could be taken. */
  readonly directory: Pick<Directory, "isMembersName"> | null;
};

/** Names by which the log calls our own hands. */
const OURS: ReadonlySet<string> = new Set([
  ...["command", "model", "rehearsal", "person", "remote", "planner"],
  ...["engine", "clock", "countersign", "agent"],
]);

/** Registers an agent, or says anew what is true of one that this key has registered. Refuses names that are somebody's. */
export async function registerAgent(
  needs: RegisterNeeds,
  by: Asking,
  wanted: WantedAgent,
): Promise<Registered> {
  const { sql, endpoints } = needs;
  const { workspaceId, keyId, projectId } = by.caller;
  await refuseName(needs, workspaceId, wanted.name);
  if (wanted.endpoint) endpoints.check("agent", wanted.endpoint);
  const before = await findAgent(sql, workspaceId, wanted.name);
  if (before) await refuseUnlessTheirs(sql, by.caller, before);
  else await refuseLikeness(sql, by.caller, wanted.name);
  const { endpointId, secretShown } = await endpointFor(needs, by, wanted.endpoint, before);
  const { endpoint: _, ...said } = wanted;
  const id = before?.id ?? idFrom(by.onceId, "agent");
  const row = { ...said, id, workspaceId, keyId, projectId, endpointId };
  if (before) await changeAgent(sql, row);
  else if (!(await addAgent(sql, row))) throw taken(wanted.name);
  const isNew = before === null || before.id === idFrom(by.onceId, "agent"); // the same call, made again
  return { id, isNew, secretShown };
}

async function refuseName({ directory }: RegisterNeeds, workspaceId: string, name: string): Promise<void> {
  const field = { field: "name" };
  if (OURS.has(name.toLowerCase()))
    throw new Refusal("bad_input", `Countersign calls a part of its own “${name}”: choose another.`, field);
  if (directory && (await directory.isMembersName(workspaceId, name)))
    throw new Refusal(
      "bad_input",
      `Somebody in this Slack workspace is called “${name}”: choose another name.`,
      field,
    );
}

/** A name whose key holds no more is free for the next one: keys are changed now and then. */
async function refuseUnlessTheirs(
  sql: Sql,
  { workspaceId, keyId, projectId }: Caller,
  agent: OutsideAgentRow,
): Promise<void> {
  if (agent.keyId === keyId) return;
  const isSameReach = agent.projectId === projectId;
  if (isSameReach && (agent.keyId === null || (await isKeyGone(sql, workspaceId, agent.keyId)))) return;
  throw taken(agent.name);
}

/** People tell agents apart by their names: nobody's may be taken for another's ("ѕcanner" with a Cyrillic letter). */
async function refuseLikeness(sql: Sql, caller: Caller, name: string): Promise<void> {
  const alike = (await namesOfOthers(sql, caller)).find((other) => likenessOf(other) === likenessOf(name));
  if (alike === undefined) return;
  const sentence = `“${name}” could be taken for “${alike}”, which another key has registered: choose another name.`;
  throw new Refusal("conflict", sentence, { field: "name" });
}

type EndpointFor = Pick<Registered, "secretShown"> & { readonly endpointId: string | null };

/** An address that stays keeps its secret; one that changes, or was switched off, begins anew. */
async function endpointFor(
  { endpoints }: RegisterNeeds,
  by: Asking,
  wanted: WantedAgent["endpoint"],
  before: OutsideAgentRow | null,
): Promise<EndpointFor> {
  const old = before?.endpointId ?? null;
  const isOwn = old === idFrom(by.onceId, "agent-endpoint"); // the same call, made again: it never heard its secret
  const stays = wanted && wanted.url === before?.endpointUrl && before.endpointOff === null && !isOwn;
  if (stays && old !== null) {
    if (wanted.secret !== undefined) await endpoints.rotate(by, old, wanted.secret);
    return { endpointId: old, secretShown: null };
  }
  const made = wanted ? await makeEndpoint(endpoints, by, wanted) : { endpointId: null, secretShown: null };
  if (old !== null && old !== made.endpointId)
    await endpoints.switchOff(by, old, "The agent registered another address.");
  return made;
}

async function makeEndpoint(
  endpoints: RegisterNeeds["endpoints"],
  by: Asking,
  wanted: NonNullable<WantedAgent["endpoint"]>,
): Promise<EndpointFor> {
  const endpointId = idFrom(by.onceId, "agent-endpoint");
  return { endpointId, ...(await endpoints.makeAgentEndpoint(by, { id: endpointId, ...wanted })) };
}

const taken = (name: string): Refusal =>
  new Refusal("conflict", `Another key has registered an agent “${name}”: choose another name.`, {
    field: "name",
  });
