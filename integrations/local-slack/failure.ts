/** A Web API answer that is not ok: `{ok: false, error}`, with Slack's own code. */
export class SlackError extends Error {
  override readonly name = "SlackError";
  readonly code: string;
  /** More fields of the answer, as `needed` or `response_metadata`. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(code: string, more: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.code = code;
    this.more = more;
  }
}

/** Slack's answer to arguments that do not fit: each sentence says what is wrong and where. */
export function invalidArguments(sentences: readonly string[]): SlackError {
  return new SlackError("invalid_arguments", {
    response_metadata: { messages: sentences.map((sentence) => `[ERROR] ${sentence}`) },
  });
}

/** What a person or a script wanted and cannot have: `{error, message}` with this HTTP status. */
export class PersonError extends Error {
  override readonly name = "PersonError";
  readonly status: 400 | 404 | 409;
  readonly code: string;

  constructor(status: 400 | 404 | 409, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
