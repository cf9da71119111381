import { randomBytes } from "node:crypto";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";
import { OutsideFailure, Refusal, type RefusalCode } from "#engine/errors.ts";
import type { Logger } from "../logger.ts";
import { AlreadySettled } from "../outside/requests/already-settled.ts";
import { withoutMentions } from "../outside/wire.ts";
import { inOurWords, WrongFields } from "../outside/wrong-fields.ts";
import { toRespondedWire } from "./request-wire.ts";

const STATUS = {
  not_found: 404,
  wrong_state: 409,
  stale_attempt: 409,
  already_settled: 409,
  bad_plan: 422,
  bad_input: 422,
  not_allowed: 403,
  unauthorized: 401,
  person_required: 403,
  conflict: 409,
  idempotency_key_reused: 422,
  too_many: 429,
  over_budget: 429,
} as const satisfies Record<RefusalCode, number>;

type Problem = {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly ref?: string;
  /** Every field that is wrong. */
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
  /** What else a program should know, such as the state that stood in the way. */
  readonly [member: string]: unknown;
};

/** RFC 9457: what is wrong, for programs (`code`) and people (`detail`). */
export const problem = (
  { status, ...rest }: Problem,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  Response.json(
    { type: "about:blank", status, ...rest },
    { status, headers: { ...headers, "content-type": "application/problem+json" } },
  );

/** What a schema refused: 422 with every field that is wrong, by its path ("routing.recipients.0.email"). */
export function invalid(error: z.ZodError, where: string): Response {
  const errors = error.issues.flatMap((issue) => {
    const names = issue.code === "unrecognized_keys" ? issue.keys : [];
    if (names.length > 0)
      return names.map((name) => ({
        field: [...issue.path, name].join("."),
        detail: "There is no such field.",
      }));
    return [{ field: issue.path.join(".") || where, detail: inOurWords(issue) }];
  });
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return problem({
    status: 422,
    code: "bad_input",
    detail: `${first?.field}: ${first?.detail}${more}`,
    errors,
  });
}

/** A refusal is an answer; anything else is our fault or an outside system's, and its details stay in the log. */
export function toProblem(error: Error, log: Logger): Response {
  if (error instanceof Refusal) return refused(error);
  if (error instanceof HTTPException && error.status < 500) return misread(error);
  const ref = randomBytes(3).toString("hex");
  log.error("a request failed", { ref, error });
  if (error instanceof OutsideFailure)
    return problem({ status: 502, code: "outside_failure", detail: `${error.message} (ref ${ref})`, ref });
  return problem({ status: 500, code: "internal", detail: `Something broke on our side. (ref ${ref})`, ref });
}

function refused(refusal: Refusal): Response {
  const { code, field, retryAfterSeconds } = refusal;
  const detail = withoutMentions(refusal.message);
  const named = field === undefined ? undefined : [{ field, detail: detail.replace(`${field}: `, "") }];
  const wrong = refusal instanceof WrongFields ? refusal.errors : named;
  const errors = wrong ? { errors: wrong } : {};
  const late = refusal instanceof AlreadySettled ? toRespondedWire(refusal.request) : {};
  const headers: Record<string, string> = {};
  if (retryAfterSeconds !== undefined) headers["retry-after"] = String(retryAfterSeconds);
  if (code === "unauthorized") headers["www-authenticate"] = 'Bearer realm="Countersign"';
  return problem({ status: STATUS[code], code, detail, ...errors, ...late }, headers);
}

/** What Hono itself could not read. */
function misread({ status, message }: HTTPException): Response {
  if (status === 415) return problem({ status, code: "not_json", detail: NOT_JSON });
  return problem({
    status,
    code: "bad_request",
    detail: status === 400 ? "The body is not valid JSON." : message,
  });
}

/** What is wrong with a body of another type. */
export const NOT_JSON = "Send the body as JSON, with the header Content-Type: application/json.";
