import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { Refusal } from "#engine/errors.ts";
import { idFrom } from "../ids.ts";
import type { Asking } from "../outside/requests/asking.ts";
import type { NewRequest, Requests, RequestView } from "../outside/requests/request.ts";
import { refuseWrong, WrongFields } from "../outside/wrong-fields.ts";

export type Kind = "function_call" | "human_contact";

/** Their calls expect to wait until somebody answers; a card that nobody looked at in a week is looked at no more. */
const TIMEOUT_MINUTES = 7 * 24 * 60;
const MOST_SPEC = 64 * 1024;

/** What was sent comes back as it came: it stands in the request's metadata. */
const Kept = z.object({
  humanlayer: z.object({
    kind: z.enum(["function_call", "human_contact"]),
    run_id: z.string(),
    call_id: z.string(),
    spec: z.record(z.string(), z.unknown()),
  }),
});

/** A call of theirs, and the request that it is here. */
export type Call = z.infer<typeof Kept>["humanlayer"] & { readonly request: RequestView };

/** What a call says on its card. */
export type Asked = Pick<NewRequest, "type" | "title" | "description" | "context" | "options">;

type NewCall = {
  readonly run_id: string;
  readonly call_id?: string | null | undefined;
  readonly spec: { readonly channel?: Channel | null | undefined };
};
type Channel = {
  readonly slack?:
    | {
        readonly channel_or_user_id: string;
        readonly allowed_responder_ids?: readonly string[] | null | undefined;
      }
    | null
    | undefined;
};

/**
 * Asks under the id that the client gave, so that the same call is asked once, however often it is sent. Their ids name a
 * call for a whole account, so here for the workspace: another call under a taken one is a `conflict`.
 */
export async function putCall(
  requests: Requests,
  by: Asking,
  { kind, call, asked }: { readonly kind: Kind; readonly call: NewCall; readonly asked: Asked },
): Promise<Call> {
  const { run_id, spec } = call;
  const call_id = call.call_id ?? `call-${idFrom(by.onceId, "call")}`;
  const sent = Kept.parse({ humanlayer: { kind, run_id, call_id, spec } });
  if (JSON.stringify(sent).length > MOST_SPEC)
    refuseWrong([{ field: "spec", detail: "A spec may weigh 64 kB at most." }]);
  const once = { ...by, onceId: onceIdOf(by, kind, call_id) };
  const { request } = await requests
    .create(once, {
      ...asked,
      ...{ workflowId: run_id, checkpointId: call_id, routing: routingOf(spec.channel) },
      ...{ timeoutMinutes: TIMEOUT_MINUTES, metadata: sent },
    })
    .catch((error: unknown) => {
      throw inTheirWords(error);
    });
  const put = toCall(request);
  if (!isDeepStrictEqual({ run_id: put.run_id, spec: put.spec }, { run_id, spec: sent.humanlayer.spec }))
    throw taken();
  return put;
}

/** The call with this id. */
export async function findCall(requests: Requests, by: Asking, kind: Kind, callId: string): Promise<Call> {
  const id = idFrom(onceIdOf(by, kind, callId), "request"); // as requests make theirs
  const request = await requests.get(by, id).catch((error: unknown) => {
    if (error instanceof Refusal && error.code === "not_found")
      throw new Refusal("not_found", `There is no ${kind.replace("_", " ")} with this call_id.`);
    throw error;
  });
  return toCall(request);
}

const onceIdOf = ({ caller }: Asking, kind: Kind, callId: string): string =>
  idFrom(JSON.stringify([caller.workspaceId, callId]), `humanlayer ${kind}`);

const toCall = (request: RequestView): Call => ({ ...Kept.parse(request.metadata).humanlayer, request });

/** "U02BOB" is a person, anything else a channel. */
function routingOf(channel: Channel | null | undefined): NewRequest["routing"] {
  const slack = channel?.slack;
  if (!slack) return { channels: [], recipients: [] };
  const { channel_or_user_id: id, allowed_responder_ids: allowed } = slack;
  const recipients = (allowed ?? []).map((slackUserId) => ({ slackUserId }));
  if (!/^[UW][A-Z0-9]{2,}$/.test(id)) return { channels: [id], recipients };
  return { channels: [], recipients: recipients.length > 0 ? recipients : [{ slackUserId: id }] };
}

/** What is wrong with a request, by the field of theirs that it came from. */
function inTheirWords(error: unknown): unknown {
  if (error instanceof WrongFields) {
    const [first, ...more] = error.errors.map(({ field, detail }) => ({ field: theirField(field), detail }));
    return first ? new WrongFields([first, ...more]) : error;
  }
  return error instanceof Refusal && error.code === "not_found" ? taken() : error;
}

const theirField = (field: string): string =>
  field.startsWith("routing.") ? "spec.channel.slack.channel_or_user_id" : field;

const taken = (): Refusal =>
  new Refusal("conflict", "Another call was made with this call_id: give each call an id of its own.", {
    field: "call_id",
  });
