import { memoryProcessed, type Processed } from "./processed.ts";
import { verifyWebhook, WebhookRefused } from "./verify-webhook.ts";

/** What every receiver of signed posts needs. */
export type SignedOptions = {
  /** What the posts are signed with; two while you change it. */
  readonly secret: string | readonly string[];
  /** Where is kept what was processed; in memory where nothing is said. */
  readonly processed?: Processed | undefined;
  /** Hears what the work threw: the answer does not tell it. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Countersign waits ten seconds for an answer; after so long we say "in progress", and it asks again later. */
  readonly answerWithinMs?: number | undefined;
  readonly scheme?: "standard" | "body" | undefined;
};

/** Answers one post, in the words of fetch. */
export type SignedHandler = (request: Request) => Promise<Response>;

type Kind<T> = {
  /** Null where it is none of ours. */
  readonly read: (payload: unknown) => T | null;
  /** Names it where the post itself bears no id that is vouched for. */
  readonly keyOf: (it: T) => string;
  /** Does it; what is answered. */
  readonly work: (it: T) => Promise<Readonly<Record<string, unknown>>>;
};

const LARGEST_BYTES = 1_048_576;
const LATER_S = "60";

/** A handler that works on each post once, and on none that is not from Countersign. */
export function createSignedHandler<T>(options: SignedOptions, kind: Kind<T>): SignedHandler {
  const { processed = memoryProcessed(), answerWithinMs = 8_000, onError = () => {} } = options;

  async function process(key: string, it: T): Promise<Response> {
    try {
      const answer = await kind.work(it);
      await processed.finish(key);
      return Response.json(answer);
    } catch (error) {
      await processed.release(key);
      onError(error);
      return Response.json({ status: "failed" }, { status: 500 });
    }
  }

  return async (request) => {
    const read = await readVerified(request, options, kind);
    if (read instanceof Response) return read;
    const begun = await processed.begin(read.key);
    if (begun === "processed") return Response.json({ status: "already processed" });
    if (begun === "in progress") return inProgress();
    return inTime(process(read.key, read.it), answerWithinMs);
  };
}

async function readVerified<T>(
  request: Request,
  { secret, scheme = "standard" }: SignedOptions,
  { read, keyOf }: Kind<T>,
): Promise<{ readonly it: T; readonly key: string } | Response> {
  if (request.method !== "POST")
    return Response.json({ status: "refused" }, { status: 405, headers: { allow: "POST" } });
  const body = await bodyOf(request);
  if (!body) return refused(413, "It is too large.");
  try {
    const { id, payload } = verifyWebhook({ body, headers: request.headers, secret, scheme });
    const it = read(payload);
    // Signed, but nothing for us: taken, so that it is not sent for days.
    if (it === null) return Response.json({ status: "ignored" });
    return { it, key: id ?? keyOf(it) };
  } catch (error) {
    if (error instanceof WebhookRefused) return refused(401, error.message);
    throw error;
  }
}
/** Null where it is larger than any callback. */
async function bodyOf(request: Request): Promise<Uint8Array | null> {
  if (Number(request.headers.get("content-length") ?? 0) > LARGEST_BYTES) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > LARGEST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const refused = (status: number, reason: string): Response =>
  Response.json({ status: "refused", reason }, { status });

const inProgress = (): Response =>
  Response.json({ status: "in progress" }, { status: 503, headers: { "retry-after": LATER_S } });

/** The answer, or "in progress" where it takes longer. The work goes on either way. */
async function inTime(answer: Promise<Response>, ms: number): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Response>((resolve) => {
    timer = setTimeout(() => resolve(inProgress()), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
