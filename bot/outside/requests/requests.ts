import type { Sql } from "postgres";
import { z } from "zod";
import { listRequests, type RequestRow, requestById } from "#db/requests.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { Engine } from "#engine/engine.ts";
import { Refusal } from "#engine/errors.ts";
import { idFrom } from "../../ids.ts";
import type { News } from "../../news.ts";
import type { Endpoints } from "../deliveries/endpoints.ts";
import { readCursor, toCursor } from "../pages.ts";
import { refuseWrong, type WrongField, WrongFields } from "../wrong-fields.ts";
import { createCheckAgent } from "./agent-names.ts";
import { AlreadySettled } from "./already-settled.ts";
import { type Asking, mustHave, mustHaveOneOf } from "./asking.ts";
import type { Directory } from "./directory.ts";
import type { NewRequest, NewResponse, RequestFilter, Requests } from "./request.ts";
import { decisionOf, wrongInRequest } from "./request-checks.ts";
import { questionOf } from "./request-question.ts";
import { createRoute } from "./request-routing.ts";
import { endedRow, newRow, toRequestView } from "./request-view.ts";

type Needs = {
  readonly sql: Sql;
  readonly engine: Engine;
  readonly news: News;
  readonly endpoints: Endpoints;
  /** Null where there is no Slack: then there is nobody to ask. */
  readonly directory: Directory | null;
  /** Where requests go that name neither people nor channels, and whose key has no project with a channel. */
  readonly defaultChannel: string | null;
};

/** Consultation requests over the engine: one submission each, and nothing else where nobody must be looked up. */
export function createRequests(needs: Needs): Requests {
  return {
    create: createAsk(needs),
    ...createLook(needs),
    ...createEnd(needs),
    async rotateSecret(by, id, secret) {
      mustHave(by, "ask");
      const { body } = await findOwn(needs.sql, by, id);
      const endpointId = body.outside?.endpointId ?? null;
      if (endpointId === null)
        throw new Refusal("wrong_state", "This request has no callback_webhook, and so no secret.");
      return needs.endpoints.rotate(by, endpointId, secret);
    },
  };
}

function createAsk({ sql, engine, endpoints, directory, defaultChannel }: Needs): Requests["create"] {
  const route = directory && createRoute({ sql, directory, defaultChannel });
  const checkAgent = directory && createCheckAgent(directory);

  return async (by, asked) => {
    mustHave(by, "ask");
    const wrong = [...wrongInRequest(asked), ...wrongCallback(endpoints, asked)];
    if (!route || !checkAgent) throw new Refusal("wrong_state", NO_SLACK);
    const { caller, onceId } = by;
    const { workspaceId } = caller;
    const looks = [checkAgent(by, asked.metadata), route(caller, asked.routing)] as const;
    refuseWrong([...wrong, ...wrongIn(await Promise.allSettled(looks))]);
    const [agent, policy] = await Promise.all(looks);
    const callback = await makeCallback(endpoints, by, asked);
    const command = {
      type: "open",
      ...{ question: questionOf(asked), policy, origin: null },
      requester: caller.ownerId ?? "",
      outside: toOutside(by, asked, agent, callback.endpointId),
      timeoutMs: asked.timeoutMinutes * 60_000,
    } as const;
    const stream = { kind: "consultation", id: idFrom(onceId, "request"), workspaceId } as const;
    const { state, repeated } = await engine.submit(stream, command, `agent:${agent}`, onceId);
    const row = repeated ? await find(sql, by, state.id) : newRow(state, asked);
    return { request: toRequestView(row), callbackSecret: callback.secretShown };
  };
}

/** What looks outside found wrong. Any other failure of theirs is their caller's to meet. */
const wrongIn = (looks: readonly PromiseSettledResult<unknown>[]): readonly WrongField[] =>
  looks.flatMap((look) =>
    look.status === "rejected" && look.reason instanceof WrongFields ? look.reason.errors : [],
  );

/** So that it is told beside everything else that is wrong. */
function wrongCallback(endpoints: Endpoints, asked: NewRequest): readonly WrongField[] {
  const { callbackWebhook: url, callbackSecret: secret } = asked;
  if (url === undefined) return [];
  try {
    endpoints.check("callback", { url, secret });
    return [];
  } catch (error) {
    if (!(error instanceof Refusal) || error.field === undefined) throw error;
    const { field, message } = error;
    return [{ field, detail: message.replace(`${field}: `, "") }];
  }
}

async function makeCallback(endpoints: Endpoints, by: Asking, asked: NewRequest) {
  const { callbackWebhook: url, callbackSecret: secret } = asked;
  if (url === undefined) return { endpointId: null, secretShown: null };
  const endpointId = idFrom(by.onceId, "callback");
  return { endpointId, ...(await endpoints.makeCallback(by, { id: endpointId, url, secret })) };
}

/** What comes back to the agent as it came. Ids that it did not give are made, the same ones when it asks again. */
function toOutside(by: Asking, asked: NewRequest, agent: string, endpointId: string | null) {
  const { caller, onceId, correlationId, traceparent } = by;
  const { title, description, context, routing, metadata } = asked;
  return {
    ...{ agent, keyId: caller.keyId, projectId: caller.projectId, endpointId, correlationId, traceparent },
    ...{ title, description, context, routing, metadata },
    workflowId: asked.workflowId ?? `wf-${idFrom(onceId, "workflow")}`,
    checkpointId: asked.checkpointId ?? `cp-${idFrom(onceId, "checkpoint")}`,
  };
}

function createLook({ sql, news }: Needs): Pick<Requests, "get" | "list"> {
  return {
    async get(by, id, wait) {
      mustHaveOneOf(by, ["ask", "respond"]);
      const look = () => find(sql, by, id);
      const row = wait ? await news.until(id, look, ({ body }) => body.state !== "open", wait) : await look();
      return toRequestView(row);
    },

    async list(by, { limit, cursor, ...filter }: RequestFilter) {
      mustHaveOneOf(by, ["ask", "respond"]);
      const { workspaceId, projectId } = by.caller;
      const [openedAt, afterId] = cursor === undefined ? [] : readCursor(LIST, cursor, Place);
      const after = openedAt === undefined || afterId === undefined ? null : { openedAt, id: afterId };
      const rows = await listRequests(sql, { workspaceId, projectId, ...filter }, { most: limit + 1, after });
      const items = rows.slice(0, limit);
      const last = items.at(-1)?.body;
      const next = rows.length > limit && last ? toCursor(LIST, [last.openedAt, last.id]) : null;
      return { items: items.map(toRequestView), next };
    },
  };
}

const LIST = "requests";
const Place = z.tuple([z.number().int(), z.uuid()]);

function createEnd({ sql, engine, directory }: Needs): Pick<Requests, "respond" | "cancel"> {
  const late = async (by: Asking, id: string): Promise<AlreadySettled> => {
    const row = await find(sql, by, id);
    return new AlreadySettled(toRequestView(row), row.body.reason);
  };
  const ended = (row: RequestRow, state: Consultation, repeated: boolean, by: Asking) =>
    repeated ? find(sql, by, row.body.id) : endedRow(row, state);

  return {
    async respond(by, id, response) {
      const personId = mustBePerson(by);
      mustHave(by, "respond");
      const row = await find(sql, by, id);
      if (!directory) throw new Refusal("wrong_state", NO_SLACK);
      const who = await standingOf(directory, row.body, personId);
      const command = { ...answerOf(row.body, response), who: { ...who, byToken: true } };
      const { workspaceId } = row.body;
      try {
        const stream = { kind: "consultation", id, workspaceId } as const;
        const { state, repeated } = await engine.submit(stream, command, `person:${personId}`, by.onceId);
        return toRequestView(await ended(row, state, repeated, by));
      } catch (error) {
        if (error instanceof Refusal && error.code === "already_settled") throw await late(by, id);
        throw error;
      }
    },

    async cancel(by, id, reason) {
      mustHave(by, "ask");
      const row = await findOwn(sql, by, id);
      const { agent = "", workspaceId = "" } = { ...row.body.outside, ...row.body };
      const said = reason.trim() === "" ? `${agent} took it back.` : reason.trim();
      const stream = { kind: "consultation", id, workspaceId } as const;
      const command = { type: "withdraw", reason: said } as const;
      const { state, repeated } = await engine.submit(stream, command, `agent:${agent}`, by.onceId);
      if (state.state !== "withdrawn") throw await late(by, id);
      return toRequestView(await ended(row, state, repeated, by));
    },
  };
}

/** Nobody approves with an agent's key. */
function mustBePerson({ caller: { personId } }: Asking): string {
  if (personId !== null) return personId;
  throw new Refusal(
    "person_required",
    "An agent's key can't answer: a person must. Make them a token with ./countersign key create --person U… --scopes respond, or answer in Slack.",
  );
}

function standingOf(
  directory: Directory,
  { workspaceId, policy, requester }: Consultation,
  personId: string,
) {
  const { channel = "", otherChannels = [], people = [] } = policy ?? {};
  const channels = [channel, ...otherChannels].filter((id) => id !== "");
  return directory.standing({ workspaceId, personId, channels, people, requester });
}

const answerOf = ({ question }: Consultation, { comment, attachments, ...given }: NewResponse) =>
  ({
    type: "answer",
    ...{ decision: decisionOf(question, given.decision), note: comment, attachments, alone: false },
  }) as const;

/** The request, as this key may see it. */
async function find(sql: Sql, { caller }: Asking, id: string): Promise<RequestRow> {
  const row = z.uuid().safeParse(id).success ? await requestById(sql, caller, id) : null;
  if (!row) throw new Refusal("not_found", "There is no request with this id.");
  return row;
}

/** The request, where this caller asked it: with this key, for this owner, or for the project that both keys are bound to. */
async function findOwn(sql: Sql, by: Asking, id: string): Promise<RequestRow> {
  const row = await find(sql, by, id);
  const { keyId, ownerId, projectId } = by.caller;
  const { outside, requester } = row.body;
  const isOwn =
    outside?.keyId === keyId ||
    (ownerId !== null && requester === ownerId) ||
    (projectId !== null && outside?.projectId === projectId);
  if (!isOwn) throw new Refusal("not_allowed", "Another agent asked this, so it is not yours to change.");
  return row;
}

const NO_SLACK =
  "This Countersign is not connected to Slack, so there is nobody to ask: connect it with ./countersign connect.";
