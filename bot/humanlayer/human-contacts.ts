import type { z } from "zod";
import type { Asking } from "../outside/requests/asking.ts";
import { headlineOf } from "../outside/requests/headline.ts";
import type { Requests } from "../outside/requests/request.ts";
import { iso, isoOrNull } from "../outside/wire.ts";
import { refuseWrong } from "../outside/wrong-fields.ts";
import { type Asked, type Call, findCall, putCall } from "./calls.ts";
import { explained, type Option, titleOf, wordsOf } from "./options.ts";
import { type HumanContact, type HumanContactResponse, NewHumanContact } from "./wire.ts";

type Wire = z.input<typeof HumanContact>;

const LONGEST_LABEL = 75;

/** Questions to people, answered in words or by an option. */
export const createHumanContacts = (requests: Requests) => ({
  async add(by: Asking, call: NewHumanContact): Promise<Wire> {
    return toWire(await putCall(requests, by, { kind: "human_contact", call, asked: askedBy(call) }));
  },

  /** Null where nobody will ever answer. */
  async get(by: Asking, callId: string): Promise<Wire | null> {
    const call = await findCall(requests, by, "human_contact", callId);
    const { state, response } = call.request;
    return !response && (state === "timed_out" || state === "cancelled") ? null : toWire(call);
  },

  /** Only a person may: whose key speaks for nobody is refused (`person_required`). */
  async respond(by: Asking, callId: string, said: z.output<typeof HumanContactResponse>): Promise<Wire> {
    const call = await findCall(requests, by, "human_contact", callId);
    const comment = said.response?.trim() ?? "";
    const decision = decisionOf(said, optionsOf(call));
    const request = await requests.respond(by, call.request.id, { decision, comment, attachments: [] });
    return toWire({ ...call, request });
  },
});

function askedBy({ spec }: NewHumanContact): Asked {
  const { msg, subject, channel, response_options: options } = spec;
  const about = channel?.slack?.context_about_channel_or_user?.trim();
  const { title, more } = subject?.trim() ? { title: subject.trim(), more: msg.trim() } : headlineOf(msg);
  const lines = [more, about ? `For ${about}.` : "", explained(options ?? []).join("\n")];
  return {
    ...{ type: "clarification", title, context: {} },
    description: lines.filter((line) => line !== "").join("\n"),
    options: (options ?? []).map((option, i) => ({ key: keyOf(i), label: labelOf(option) })),
  };
}

/** Names are theirs, and any text; keys are ours. */
const keyOf = (index: number): string => `option_${index + 1}`;

function labelOf(option: Option): string {
  const title = titleOf(option);
  return title.length <= LONGEST_LABEL ? title : `${title.slice(0, LONGEST_LABEL - 1)}…`.toWellFormed();
}

function decisionOf(
  { response_option_name: name }: z.output<typeof HumanContactResponse>,
  options: readonly Option[],
): string {
  if (!name) return "text";
  const index = options.findIndex((option) => option.name === name);
  if (index < 0)
    refuseWrong([{ field: "response_option_name", detail: "This contact was given no such option." }]);
  return keyOf(index);
}

const optionsOf = ({ spec }: Call): readonly Option[] =>
  NewHumanContact.shape.spec.shape.response_options.parse(spec["response_options"]) ?? [];

function toWire(call: Call): Wire {
  const { run_id, call_id, spec, request } = call;
  const option = optionsOf(call).find((_, i) => keyOf(i) === request.response?.decision) ?? null;
  const words = request.response?.comment || (option && wordsOf(option));
  return {
    ...{ run_id, call_id, spec },
    status: {
      ...{ requested_at: iso(request.createdAt), responded_at: isoOrNull(request.respondedAt) },
      ...{ response: words || null, response_option_name: option?.name ?? null },
    },
  };
}
