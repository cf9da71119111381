import { ModelFailure } from "#engine/agent/model.ts";
import { TooSlow } from "./call-limits.ts";

/** Who was called, and how a person sets it up. `secret` never appears in anything that is said or logged. */
export type Provider = {
  /** "Anthropic", as people know it. */
  readonly name: string;
  readonly model: string;
  readonly secret: string;
  /** The setting that holds the key, and the one that holds the address. */
  readonly keySetting: string;
  readonly urlSetting: string;
};

/** A reply that is no reply: the stream broke off, or was never one. */
export class BrokenStream extends Error {
  override readonly name = "BrokenStream";
}

const MOST_QUOTED_CHARACTERS = 200;

/**
 * What went wrong with a call, in a sentence that says what to do. Keeps no header and no body of the far side: an error
 * is logged, and either could hold a key or a prompt.
 */
export function toModelFailure(provider: Provider, error: unknown): ModelFailure {
  const { again, sentence, retryAfterMs } = describe(provider, error);
  return new ModelFailure(provider.name, sentence, {
    again,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    cause: new Error(withoutSecret(provider, `${nameOf(error)} ${codeOf(error) ?? ""}`.trim())),
  });
}

type Described = { readonly again: boolean; readonly sentence: string; readonly retryAfterMs?: number };

function describe(provider: Provider, error: unknown): Described {
  const { name, urlSetting } = provider;
  if (error instanceof TooSlow)
    return { again: true, sentence: `${name} ${error.message}. It is tried again.` };
  if (error instanceof BrokenStream)
    return { again: true, sentence: `${name}'s reply broke off: ${error.message}. It is tried again.` };
  const status = statusOf(error);
  if (status !== undefined) return describeStatus(provider, status, error);
  const kind = kindOf(error);
  if (kind !== undefined)
    return {
      again: true,
      sentence: `${name} gave up in the middle of its reply (${kind}). It is tried again.`,
    };
  const code = codeOf(error);
  return {
    again: true,
    sentence: `${name} could not be reached${code === undefined ? "" : ` (${code})`}. If this goes on, check the network and ${urlSetting}.`,
  };
}

function describeStatus(provider: Provider, status: number, error: unknown): Described {
  const { name, model, keySetting } = provider;
  if (status === 401 || status === 403)
    return {
      again: false,
      sentence: `${name} refused the key (${status}). Set ${keySetting} to a key that may use ${model}, and start again.`,
    };
  if (status === 402 || codeOf(error) === "insufficient_quota")
    return {
      again: false,
      sentence: `${name} says that the account has no credit left (${status}). Top it up, or set another key.`,
    };
  if (status === 404)
    return {
      again: false,
      sentence: `${name} does not know the model ${model} (404). Set MODEL to one that it has.`,
    };
  if (status === 429)
    return {
      again: true,
      sentence: `${name} limits how often it is called (429). It is tried again later.`,
      ...waitOf(error),
    };
  if (status >= 500 || status === 408 || status === 409)
    return {
      again: true,
      sentence: `${name} is in trouble or overloaded (${status}). It is tried again later.`,
      ...waitOf(error),
    };
  return {
    again: false,
    sentence: `${name} did not take the request (${status}): ${saidBy(provider, error)}`,
  };
}

/** What the far side asked us to wait: `retry-after-ms`, or `retry-after` in seconds or as a date. */
function waitOf(error: unknown): { readonly retryAfterMs?: number } {
  const headers = fieldOf(error, "headers");
  if (!(headers instanceof Headers)) return {};
  const ms = headers.get("retry-after-ms");
  const after = headers.get("retry-after");
  const wait = ms !== null ? Number(ms) : after === null ? Number.NaN : secondsOrDate(after);
  return Number.isFinite(wait) && wait >= 0 ? { retryAfterMs: Math.ceil(wait) } : {};
}

const secondsOrDate = (text: string): number =>
  /^[\d.]+$/.test(text) ? Number(text) * 1_000 : Math.max(0, Date.parse(text) - Date.now());

/** The far side's own sentence, for requests that it did not take: one line, short, without the key. */
function saidBy(provider: Provider, error: unknown): string {
  const body = fieldOf(error, "error");
  const said = fieldOf(fieldOf(body, "error"), "message") ?? fieldOf(body, "message");
  const text = typeof said === "string" ? said.replace(/\s+/g, " ").trim() : "";
  const safe = withoutSecret(provider, text).slice(0, MOST_QUOTED_CHARACTERS);
  return safe === "" ? "it did not say why." : `"${safe}"`;
}

function withoutSecret({ secret }: Provider, text: string): string {
  return secret.length < 4 ? text : text.replaceAll(secret, "…").replace(/\bsk-[\w*-]{4,}/g, "…");
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.constructor.name : typeof error);

function statusOf(error: unknown): number | undefined {
  const status = fieldOf(error, "status");
  return typeof status === "number" ? status : undefined;
}

/** What an error event inside a stream calls itself, for example `overloaded_error`. */
function kindOf(error: unknown): string | undefined {
  const kind = fieldOf(error, "type");
  return typeof kind === "string" && /^\w{1,40}$/.test(kind) ? kind : undefined;
}

/** The system's word for what went wrong, for example `ECONNREFUSED`: it sits somewhere down the chain of causes. */
function codeOf(error: unknown): string | undefined {
  const code = fieldOf(error, "code");
  if (typeof code === "string" && /^\w{1,40}$/.test(code)) return code;
  const cause = fieldOf(error, "cause");
  return cause === undefined || cause === error ? undefined : codeOf(cause);
}

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === "object" && value !== null && field in value
    ? (value as Readonly<Record<string, unknown>>)[field]
    : undefined;
