import { z } from "zod";
import { OutsideFailure, OutsideRefusal } from "#engine/errors.ts";
import { SENT_ELSEWHERE } from "./redirects.ts";
import { tamed, tamedText } from "./tamed.ts";

/** Our token is not accepted any more. It is tried again, seldom: somebody may renew it. */
export class CredentialsLost extends OutsideFailure {}

/** A site refused what we sent: `status` as HTTP has it, `fields` what it says of single fields, by their ids. */
export class ApiRefusal extends OutsideRefusal {
  readonly status: number;
  readonly messages: readonly string[];
  readonly fields: Readonly<Record<string, string>>;

  constructor(system: string, refused: Refused, cause: unknown) {
    const { status, messages, fields } = refused;
    const said = [...messages, ...Object.entries(fields).map(([field, text]) => `${field}: ${text}`)];
    super(
      system,
      `http_${status}`,
      `${system} refused it (${status})${said.length > 0 ? `: ${short(said)}` : ""}`,
      { cause },
    );
    this.status = status;
    this.messages = messages;
    this.fields = fields;
  }
}

type Refused = {
  readonly status: number;
  readonly messages: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
};

const LIMITED_MS = 30_000;
const NO_CREDENTIALS_MS = 5 * 60_000;
/** Atlassian counts by the hour at most: whoever asks for more is tried all the same. */
const LONGEST_MS = 3_600_000;
const MOST_SAID = 600;

/** Both clients throw errors of this shape: with a status where a site answered, with `transient` where none did. */
const Answered = z.object({
  status: z.number().int(),
  body: z.unknown(),
  retryAfterMs: z.number().optional(),
});
const Unanswered = z.object({ transient: z.boolean(), code: z.string().optional() });
/** What `fetch` throws where an answer breaks off in the middle: no client turns that into an error of its own. */
const BrokenOff = z
  .object({ cause: z.object({ code: z.string() }) })
  .transform(({ cause }) => ({ code: cause.code }));
/** A page for people (a proxy, a login) where an answer should be. */
const Unreadable = z.object({ report: z.object({ endpoint: z.string() }) });

/** Jira's shape, Confluence's first and Confluence's second. */
const Said = z.object({
  errorMessages: z.array(z.string()).optional(),
  errors: z
    .union([
      z.record(z.string(), z.string()),
      z.array(z.object({ title: z.string().nullish(), detail: z.string().nullish() })),
    ])
    .optional(),
  message: z.string().optional(),
});

/**
 * What a failed call means: `OutsideFailure` where it may be tried again (then nobody knows whether a write happened),
 * `CredentialsLost`, or `ApiRefusal`. What is no failure of a call comes back as it is. `secrets`: what a site that quotes us must
 * not bring into logs and sentences.
 */
export function toFailure(system: string, error: unknown, secrets: readonly string[]): unknown {
  const answered = Answered.safeParse(error);
  if (answered.success) {
    const body = tamed(answered.data.body, secrets);
    const { status } = answered.data;
    const cause = Object.assign(new Error(`${system} answered ${status}`), { status, body });
    return fromAnswer(system, { ...answered.data, body }, cause);
  }
  const cause = new Error(messageOf(error, secrets));
  if (Unreadable.safeParse(error).success)
    return new OutsideFailure(system, `${system} gives an answer that can't be read`, { cause });
  const unanswered = Unanswered.or(BrokenOff).safeParse(error);
  if (!unanswered.success) return error;
  const { code = "no answer" } = unanswered.data;
  if (code === SENT_ELSEWHERE)
    return new OutsideFailure(
      system,
      `${system} sends us to another address: see that ${system.toUpperCase()}_URL is its own`,
      { cause },
    );
  const isSlow = /TIMEOUT|ETIMEDOUT/.test(code);
  return new OutsideFailure(
    system,
    isSlow ? `${system} does not answer in time` : `${system} can't be reached (${code})`,
    { cause },
  );
}

const messageOf = (error: unknown, secrets: readonly string[]): string =>
  tamedText(error instanceof Error ? error.message : String(error), secrets, MOST_SAID);

function fromAnswer(
  system: string,
  { status, body, retryAfterMs }: z.infer<typeof Answered>,
  cause: unknown,
) {
  const waitMs = retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, LONGEST_MS);
  if (status === 401)
    return new CredentialsLost(system, `${system} does not accept our token (401)`, {
      retryAfterMs: NO_CREDENTIALS_MS,
      cause,
    });
  if (status === 429)
    return new OutsideFailure(system, `${system} limits us (429)`, {
      retryAfterMs: waitMs ?? LIMITED_MS,
      cause,
    });
  if (status >= 500 || status === 408 || status === 425)
    return new OutsideFailure(system, `${system} answers ${status}`, {
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
      cause,
    });
  return new ApiRefusal(system, { status, ...said(body) }, cause);
}

function said(body: unknown): Omit<Refused, "status"> {
  const read = Said.safeParse(body);
  if (!read.success) return { messages: [], fields: {} };
  const { errorMessages = [], errors = {}, message } = read.data;
  const more = message === undefined ? [] : [message];
  if (!Array.isArray(errors)) return { messages: [...errorMessages, ...more], fields: errors };
  const titles = errors.map(({ title, detail }) =>
    [title, detail].filter((text) => (text ?? "") !== "").join(": "),
  );
  return { messages: [...errorMessages, ...titles, ...more], fields: {} };
}

const short = (texts: readonly string[]): string => {
  const all = texts.join(" ").replaceAll(/\s+/g, " ");
  return all.length > MOST_SAID ? `${all.slice(0, MOST_SAID)}…` : all;
};
