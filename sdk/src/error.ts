/** One field that the server found wrong, by its path ("routing.recipients.0.email"). */
export type WrongField = { readonly field: string; readonly detail: string };

type Details = {
  /** What the server answered; null where it gave no answer at all. */
  readonly status: number | null;
  readonly code: string;
  readonly errors?: readonly WrongField[];
  /** How long the server asked to be left alone. */
  readonly retryAfterMs?: number | null;
  /** The whole answer (problem+json), as it came. */
  readonly problem?: unknown;
  readonly cause?: unknown;
};

/**
 * A call that did not come to a good end. `code` is the server's stable word ("already_settled", "bad_input"…), or
 * "unreachable", "timed_out", "bad_answer" where there was none; `message` is a sentence for a person.
 */
export class CountersignError extends Error {
  override readonly name = "CountersignError";
  readonly status: number | null;
  readonly code: string;
  readonly errors: readonly WrongField[];
  readonly retryAfterMs: number | null;
  readonly problem: unknown;

  constructor(message: string, details: Details) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.status = details.status;
    this.code = details.code;
    this.errors = details.errors ?? [];
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.problem = details.problem ?? null;
  }
}

/** Whether this is an error of the API with one of these codes. */
export const isCode = (error: unknown, ...codes: readonly string[]): error is CountersignError =>
  error instanceof CountersignError && codes.includes(error.code);

/** What the server says is wrong. Reads problem+json; copes with a proxy's HTML. */
export async function toError(response: Response): Promise<CountersignError> {
  const text = await response.text().catch(() => ""); // it broke off: the status says enough
  const problem = fromJson(text);
  const { status } = response;
  const { code, detail, errors } = isObject(problem) ? problem : {};
  return new CountersignError(
    typeof detail === "string" ? detail : `${status} ${response.statusText}`.trim(),
    {
      status,
      code: typeof code === "string" ? code : `http_${status}`,
      errors: Array.isArray(errors) ? errors.filter(isWrongField) : [],
      retryAfterMs: retryAfterMs(response.headers.get("retry-after")),
      problem: problem ?? text.slice(0, 1_000),
    },
  );
}

/** What `Retry-After` asks for: seconds or a date. Null where it says nothing readable. */
export function retryAfterMs(header: string | null, now = Date.now()): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const isWrongField = (value: unknown): value is WrongField =>
  isObject(value) && typeof value["field"] === "string" && typeof value["detail"] === "string";

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no JSON: the text itself is told
  }
}
