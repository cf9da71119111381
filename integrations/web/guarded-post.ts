import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { buildConnector, Client, type Dispatcher } from "undici";
import { literalOf, whyNotAddress, whyNotUrl } from "./addresses.ts";
import { Forbidden, whyFailed } from "./post-failure.ts";

/** What came of a post. It counts as taken where `error` is null: the far side said 2xx, all of it, in time. */
export type Posted = {
  readonly status: number | null;
  /** Why it counts as failed: a sentence for whoever runs the far side. */
  readonly error: string | null;
  /** The first kilobyte of the answer; null where none came. Data from outside. */
  readonly answer: string | null;
  /** When the far side asks us to come again. */
  readonly retryAfterMs: number | null;
  /** Whether the far side had the bytes, or some of them. */
  readonly wasSent: boolean;
  readonly tookMs: number;
};

export type GuardedPost = (
  url: string,
  sent: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    /** Breaks it off. */
    readonly signal?: AbortSignal;
  },
) => Promise<Posted>;

type Options = {
  /** CALLBACK_ALLOW_PRIVATE: loopback and private addresses too, also by http. */
  readonly allowPrivate: boolean;
  /** All addresses of a name; the system's resolver where nothing is said. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
  /** For everything together: look up, connect, send, read. */
  readonly limitMs?: number;
};

const LIMIT_MS = 10_000;
const MOST_READ = 64 * 1024;
const KEPT = 1024;

/**
 * Posts to addresses that strangers name. A name is looked up once, every address that it has must be allowed, and the
 * connection goes to one of these very addresses; each post has a connection of its own. No redirect is followed, no
 * proxy is used, and what takes too long or answers too much is cut. Never rejects.
 */
export function createGuardedPost({
  allowPrivate,
  resolve = (name) => lookup(name, { all: true }),
  limitMs = LIMIT_MS,
}: Options): GuardedPost {
  return async (text, { headers, body, signal }) => {
    const startMs = performance.now();
    const seen: Seen = { isConnected: false, status: null, answer: null, retryAfterMs: null };
    const error = await tryPost().catch((failure: unknown) => whyFailed(failure, seen, limitMs));
    const { status, answer, retryAfterMs, isConnected: wasSent } = seen;
    return { status, error, answer, retryAfterMs, wasSent, tookMs: Math.round(performance.now() - startMs) };

    async function tryPost(): Promise<string | null> {
      const why = whyNotUrl(text, allowPrivate);
      if (why !== null) throw new Forbidden(`The address ${why}.`);
      const url = new URL(text);
      const client = new Client(url.origin, {
        connect: connector(url, { allowPrivate, resolve, limitMs }, () => {
          seen.isConnected = true;
        }),
        pipelining: 0,
        // One limit for all together, below.
        ...{ headersTimeout: 0, bodyTimeout: 0 },
      });
      try {
        const request = { path: `${url.pathname}${url.search}`, method: "POST" as const, headers, body };
        const over = AbortSignal.any([AbortSignal.timeout(limitMs), ...(signal ? [signal] : [])]);
        const work = client.request(request).then((answered) => readAnswer(answered, seen));
        await unlessOver(over, work);
        return judge(seen.status ?? 0);
      } finally {
        await client.destroy();
      }
    }
  };
}

type Seen = {
  isConnected: boolean;
  status: number | null;
  answer: string | null;
  retryAfterMs: number | null;
};

/** Rejects as soon as it is over, whatever the client waits for just then. */
async function unlessOver(over: AbortSignal, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const tell = () => late.reject(over.reason);
  over.addEventListener("abort", tell, { once: true });
  if (over.aborted) tell();
  try {
    await Promise.race([work, late.promise]);
  } finally {
    over.removeEventListener("abort", tell);
    work.catch(() => undefined); // it breaks when its client is destroyed, and nobody waits for it any more
  }
}

/** Connects to nothing but addresses that were looked at: in the lookup itself, and once more at the open socket. */
function connector(
  url: URL,
  { allowPrivate, resolve, limitMs }: Required<Options>,
  onConnected: () => void,
): buildConnector.connector {
  const refuseUnlessAllowed = (address: string): void => {
    const why = whyNotAddress(address, url, allowPrivate);
    if (why === null) return;
    const leads = literalOf(url) === null ? `The name ${url.hostname} leads to` : "The address is";
    throw new Forbidden(`${leads} ${address}, which ${why}.`);
  };
  const lookUp: LookupFunction = (name, { all }, callback) => {
    resolve(name).then(
      (addresses) => {
        const [first] = addresses;
        const trouble = troubleOf(() => {
          for (const { address } of addresses) refuseUnlessAllowed(address);
          if (!first) throw new Forbidden(`The name ${name} leads nowhere.`);
        });
        if (trouble || !first) callback(trouble, "");
        else if (all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, ""),
    );
  };
  const connect = buildConnector({ allowH2: false, lookup: lookUp, timeout: limitMs });
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      const trouble = troubleOf(() => refuseUnlessAllowed(socket.remoteAddress ?? ""));
      if (trouble) {
        socket.destroy();
        return callback(trouble, null);
      }
      onConnected();
      return callback(null, socket);
    });
}

function troubleOf(check: () => void): Error | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof Forbidden) return error; // handed on where callbacks take errors
    throw error;
  }
}

/** Reads at most 64 kB, and lets the rest go: whoever answers more has answered all the same. */
async function readAnswer({ statusCode, headers, body }: Dispatcher.ResponseData, seen: Seen): Promise<void> {
  seen.status = statusCode;
  seen.retryAfterMs = retryAfterOf(headers["retry-after"]);
  const kept: Buffer[] = [];
  const keep = () => {
    // Postgres takes no NUL in a text.
    seen.answer = Buffer.concat(kept).subarray(0, KEPT).toString("utf8").replaceAll("\0", "\uFFFD");
  };
  let read = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (read < KEPT) {
      kept.push(chunk);
      keep();
    }
    read += chunk.length;
    if (read > MOST_READ) break; // ends the loop's stream, and with it the connection
  }
  keep();
}

/** Seconds, or a date. */
function retryAfterOf(header: string | readonly string[] | undefined): number | null {
  const text = typeof header === "string" ? header.trim() : "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = /^[A-Za-z]{3},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function judge(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400)
    return `It answered ${status}, a redirect, and redirects are not followed: give the address that it leads to.`;
  return `It answered ${status}.`;
}
