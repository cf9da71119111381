import type { z } from "zod";
import type { Asking } from "../outside/requests/asking.ts";
import type { Requests } from "../outside/requests/request.ts";
import { iso, isoOrNull } from "../outside/wire.ts";
import { refuseWrong } from "../outside/wrong-fields.ts";
import { type Asked, type Call, findCall, putCall } from "./calls.ts";
import { type Option, readReason, titleOf } from "./options.ts";
import { type FunctionCall, type FunctionCallResponse, NewFunctionCall } from "./wire.ts";

type Wire = z.input<typeof FunctionCall>;

/** Function calls that wait for a person's approval. */
export const createFunctionCalls = (requests: Requests) => ({
  async add(by: Asking, call: NewFunctionCall): Promise<Wire> {
    return toWire(await putCall(requests, by, { kind: "function_call", call, asked: askedBy(call) }));
  },

  async get(by: Asking, callId: string): Promise<Wire> {
    return toWire(await findCall(requests, by, "function_call", callId));
  },

  /** Only a person may: whose key speaks for nobody is refused (`person_required`). */
  async respond(by: Asking, callId: string, said: z.output<typeof FunctionCallResponse>): Promise<Wire> {
    const call = await findCall(requests, by, "function_call", callId);
    const decision = said.approved ? "approve" : "reject";
    const comment = commentOf(said, rejectOptionsOf(call));
    const request = await requests.respond(by, call.request.id, { decision, comment, attachments: [] });
    return toWire({ ...call, request });
  },
});

/** Every argument stands on the card by itself: who approves, approves exactly these. */
function askedBy({ spec }: NewFunctionCall): Asked {
  const { fn, kwargs, channel, reject_options: options } = spec;
  const about = channel?.slack?.context_about_channel_or_user?.trim();
  const lines = [
    ...(about ? [`For ${about}.`] : []),
    ...(options?.length
      ? ["If you reject it, your reason can begin with one of these:", ...listed(options)]
      : []),
  ];
  return {
    ...{ type: "approval", title: fn === "" ? "Call a function without a name?" : `Call ${fn}?` },
    ...{ description: lines.join("\n"), options: [], context: argumentsOf(kwargs) },
  };
}

const listed = (options: readonly Option[]): readonly string[] =>
  options.map((option) => {
    const { name, description } = option;
    const title = titleOf(option);
    const words = [title === name ? "" : title, description?.trim() ?? ""].filter((word) => word !== "");
    return `• ${name}${words.length > 0 ? ` (${words.join(": ")})` : ""}`;
  });

/** Arguments by name; whatever else was given, as one. Texts stand as they are, all else as JSON, so that nothing looks empty. */
function argumentsOf(kwargs: unknown): Readonly<Record<string, unknown>> {
  if (kwargs === undefined || kwargs === null) return {};
  const named = typeof kwargs === "object" && !Array.isArray(kwargs) ? kwargs : { argument: kwargs };
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, shown(value)]));
}

const shown = (value: unknown): unknown =>
  typeof value === "string" && value.trim() !== "" ? value : JSON.stringify(value, null, 2);

function commentOf(
  { approved, comment, reject_option_name: name }: z.output<typeof FunctionCallResponse>,
  options: readonly Option[],
): string {
  const words = comment?.trim() ?? "";
  if (!name) return words;
  const isKnown = !approved && options.some((option) => option.name === name);
  if (!isKnown)
    refuseWrong([
      { field: "reject_option_name", detail: "This call was given no such option to reject it." },
    ]);
  return words === "" ? name : `${name}: ${words}`;
}

const rejectOptionsOf = ({ spec }: Call): readonly Option[] =>
  NewFunctionCall.shape.spec.shape.reject_options.parse(spec["reject_options"]) ?? [];

/** Nobody's approval is never an approval: a call that ends without one comes back as not approved, with the reason. */
function toWire(call: Call): Wire {
  const { run_id, call_id, spec, request } = call;
  const requested_at = iso(request.createdAt);
  const none = { responded_at: null, approved: null, comment: null, reject_option_name: null };
  const ended = ENDED[request.state];
  const undecided = ended === undefined ? none : { ...none, approved: false, comment: ended };
  if (!request.response) return { run_id, call_id, spec, status: { requested_at, ...undecided } };
  const { decision, comment } = request.response;
  const approved = decision === "approve";
  const { option, words } = readReason(comment, approved ? [] : rejectOptionsOf(call));
  return {
    ...{ run_id, call_id, spec },
    status: {
      ...{ requested_at, responded_at: isoOrNull(request.respondedAt), approved },
      ...{ comment: words === "" ? null : words, reject_option_name: option?.name ?? null },
    },
  };
}

const ENDED: { readonly [state: string]: string | undefined } = {
  timed_out: "Nobody decided in time. No person denied it, and no person approved it.",
  cancelled: "The call was taken back before anybody decided.",
};
