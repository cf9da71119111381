/** Why the rules said no: `code` is for programs, `message` is a sentence fit to show a person. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;
  /** The path of the field that is wrong ("routing.channels.0"), where it is one field of what was sent. */
  readonly field: string | undefined;
  /** In how many seconds it may be tried again, where time alone helps. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: RefusalCode,
    message: string,
    more: { readonly field?: string; readonly retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.code = code;
    this.field = more.field;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/** Stable: callers and tests rely on these words. */
export type RefusalCode =
  | "not_found"
  | "wrong_state"
  | "stale_attempt"
  | "bad_plan"
  | "bad_input"
  | "not_allowed"
  | "unauthorized"
  | "person_required"
  | "conflict"
  | "idempotency_key_reused"
  | "too_many"
  | "already_settled"
  | "over_budget";

/** Trouble on somebody else's side. `retryAfterMs` is what they asked for, where they said. */
export class OutsideFailure extends Error {
  override readonly name = "OutsideFailure";
  readonly system: string;
  readonly retryAfterMs: number | undefined;

  constructor(
    system: string,
    message: string,
    options: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.system = system;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Somebody else's system says no, and no retry can mend it: `message` says what is wrong and what to do, fit to show the
 * person who can mend it there. `code` is for programs.
 */
export class OutsideRefusal extends Error {
  override readonly name = "OutsideRefusal";
  readonly system: string;
  readonly code: string;

  constructor(system: string, code: string, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.system = system;
    this.code = code;
  }
}

/** Countersign cannot start like this: `message` says what is wrong and what to do, fit to be all that an operator reads. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";
}
