import { CountersignError, toError } from "./error.ts";
import { isUnderWay, nextTryMs } from "./retry-rule.ts";

/** How to reach a Countersign. */
export type ClientOptions = {
  /** Where it is: "https://countersign.example.com". */
  readonly url: string;
  /** `cs_…`, from `./countersign key create`. Without one only where keys are off (AUTH_MODE=none). */
  readonly key?: string | undefined;
  /** How long one try may take, beside what it asks the server to wait. 30 s where nothing is said. */
  readonly timeoutMs?: number | undefined;
  /** How often a call is tried again that may be; 3 where nothing is said. */
  readonly retries?: number | undefined;
  /** Instead of the built-in one: for tests and proxies. */
  readonly fetch?: typeof fetch | undefined;
};

/** What every call takes. */
export type CallOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Names this call: the same key again is answered again, not done again (for a day). Made where none is given. */
  readonly idempotencyKey?: string | undefined;
  /** Goes through to callbacks and events. */
  readonly correlationId?: string | undefined;
  /** W3C trace context; goes through to callbacks. */
  readonly traceparent?: string | undefined;
};

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

type Call = CallOptions & {
  readonly query?: Query | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long the server was asked to wait; the try may take that much longer. */
  readonly waitMs?: number | undefined;
};

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** Makes calls. Throws `CountersignError`, or the reason of an aborted signal. */
export type Transport = {
  /** The answer's JSON; undefined where it has none (204). */
  call<T>(method: Method, path: string, call?: Call): Promise<T>;
  /** One try whose body is read as it comes, without a time limit of its own. */
  open(path: string, call?: Call): Promise<Response>;
};

/** A transport that keeps time limits, repeats what may be repeated, and honours `Retry-After`. */
export function createTransport(options: ClientOptions): Transport {
  const { key, timeoutMs = 30_000, retries = 3 } = options;
  const base = readBase(options.url);
  const send = options.fetch ?? fetch;

  async function once(
    method: Method,
    path: string,
    call: Call,
    limit: AbortSignal | null,
  ): Promise<Response> {
    const headers = headersOf(key, call);
    const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
    const signals = [call.signal, limit].filter((signal) => signal !== undefined && signal !== null);
    const url = toUrl(base, path, call.query);
    // A redirect would send the key elsewhere, or turn a POST into a GET.
    const asked = { method, headers, redirect: "manual", signal: AbortSignal.any(signals), ...body } as const;
    const response = await send(url, asked).catch((cause) => rethrow(cause, call.signal, base));
    if (response.status >= 300 && response.status < 400 && response.status !== 304)
      throw moved(response, base);
    if (response.ok) return response;
    throw await toError(response);
  }

  return {
    async call<T>(method: Method, path: string, call: Call = {}): Promise<T> {
      // Made once for all tries: what arrives twice happens once.
      const named =
        method === "POST" ? { idempotencyKey: crypto.randomUUID(), ...dropUndefined(call) } : call;
      const limitMs = timeoutMs + (call.waitMs ?? 0);
      const attempt = async () =>
        readJson<T>(await once(method, path, named, AbortSignal.timeout(limitMs)), call.signal, base);
      return trying(attempt, { retries, limitMs, signal: call.signal });
    },
    open: (path, call = {}) => once("GET", path, call, null),
  };
}

async function trying<T>(
  attempt: () => Promise<T>,
  rule: { readonly retries: number; readonly limitMs: number; readonly signal: AbortSignal | undefined },
): Promise<T> {
  const end = Date.now() + rule.limitMs;
  let tries = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      // The first try is still at work over there: its answer is worth waiting for.
      if (!isUnderWay(error) || Date.now() > end) tries += 1;
      const waitMs = nextTryMs(error, tries, rule.retries);
      if (waitMs === null) throw error;
      await pause(waitMs, rule.signal);
    }
  }
}

/** Resolves after so long; rejects with the signal's reason if that comes first. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

const dropUndefined = (call: Call): Call =>
  Object.fromEntries(Object.entries(call).filter(([, value]) => value !== undefined));

function readBase(url: string): string {
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new TypeError(
      `The address of Countersign must be like https://countersign.example.com, not "${url}".`,
    );
  return url.replace(/\/+$/, "");
}

function toUrl(base: string, path: string, query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name, String(value)] as const],
  );
  return `${base}${path}${pairs.length > 0 ? `?${new URLSearchParams(Object.fromEntries(pairs))}` : ""}`;
}

const headersOf = (key: string | undefined, call: Call): Record<string, string> => ({
  accept: "application/json",
  "user-agent": "countersign-sdk/0.1",
  ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  ...(call.body === undefined ? {} : { "content-type": "application/json" }),
  ...(call.idempotencyKey === undefined ? {} : { "idempotency-key": call.idempotencyKey }),
  ...(call.correlationId === undefined ? {} : { "x-correlation-id": call.correlationId }),
  ...(call.traceparent === undefined ? {} : { traceparent: call.traceparent }),
  ...call.headers,
});

async function readJson<T>(response: Response, signal: AbortSignal | undefined, base: string): Promise<T> {
  const text = await response.text().catch((cause) => rethrow(cause, signal, base));
  if (text === "") return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    const said = `${base} does not answer as Countersign does. Is the address right?`;
    throw new CountersignError(said, { status: response.status, code: "bad_answer", cause });
  }
}

/** No answer: whoever called gave up, the time is over, or nobody is there. */
function rethrow(cause: unknown, signal: AbortSignal | undefined, base: string): never {
  if (signal?.aborted) throw signal.reason;
  if (cause instanceof DOMException && cause.name === "TimeoutError")
    throw new CountersignError(`${base} did not answer in time.`, { status: null, code: "timed_out", cause });
  throw new CountersignError(`${base} cannot be reached. Does Countersign run there?`, {
    ...{ status: null, code: "unreachable", cause },
  });
}

function moved(response: Response, base: string): CountersignError {
  const { status } = response;
  const to = response.headers.get("location") ?? "somewhere else";
  return new CountersignError(`${base} redirects to ${to}: set the url to where Countersign is.`, {
    ...{ status, code: "moved" },
  });
}
