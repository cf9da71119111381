import { type Callback, readCallback } from "./callback.ts";
import { memoryProcessed, type Processed } from "./processed.ts";
import { verifyWebhook, WebhookRefused } from "./verify-webhook.ts";

/** What became of a callback; "already processed" where its checkpoint was used before. */
export type Resumption = "resumed" | "already processed";

export type CallbackHandlerOptions = {
  /** The `callback_secret` of your requests; two while you change it. */
  readonly secret: string | readonly string[];
  /** Goes on with the workflow: `(callback) => agent.resume(callback)`. What it throws makes the callback come again. */
  readonly resume: (callback: Callback) => Promise<unknown>;
  /** Where is kept what was processed; in memory where nothing is said. */
  readonly processed?: Processed;
  /** Hears what `resume` threw: the answer does not tell it. */
  readonly onError?: (error: unknown, callback: Callback) => void;
  /** Countersign waits ten seconds for an answer; after so long we say "in progress", and it asks again later. */
  readonly answerWithinMs?: number;
  readonly scheme?: "standard" | "body";
};

/** Answers a callback. For Hono: `app.post("/resume", (c) => handle(c.req.raw))`; for node:http: `toNodeListener(handle)`. */
export type CallbackHandler = (request: Request) => Promise<Response>;

const LARGEST_BYTES = 1_048_576;
const MINUTE_S = "60";

/** Verifies, looks whether it was processed already, resumes; answers as documented: `{"status":"resumed","workflow_id"}`. */
export function createCallbackHandler(options: CallbackHandlerOptions): CallbackHandler {
  const { resume, secret, processed = memoryProcessed(), answerWithinMs = 8_000 } = options;

  async function process(key: string, callback: Callback): Promise<Response> {
    const { workflow_id } = callback.metadata;
    try {
      const status = await resume(callback);
      await processed.finish(key);
      return status === "already processed"
        ? alreadyProcessed()
        : Response.json({ status: "resumed", workflow_id });
    } catch (error) {
      await processed.release(key);
      options.onError?.(error, callback);
      return Response.json({ status: "failed", workflow_id }, { status: 500 });
    }
  }

  return async (request) => {
    const read = await readVerified(request, secret, options.scheme ?? "standard");
    if (read instanceof Response) return read;
    const { callback, key } = read;
    const begun = await processed.begin(key);
    if (begun === "processed") return alreadyProcessed();
    if (begun === "in progress") return inProgress();
    return inTime(process(key, callback), answerWithinMs);
  };
}

type Read = { readonly callback: Callback; readonly key: string };

async function readVerified(
  request: Request,
  secret: string | readonly string[],
  scheme: "standard" | "body",
): Promise<Read | Response> {
  if (request.method !== "POST")
    return Response.json({ status: "refused" }, { status: 405, headers: { allow: "POST" } });
  const body = await bodyOf(request);
  if (!body) return refused(413, "It is too large.");
  try {
    const { id, payload } = verifyWebhook({ body, headers: request.headers, secret, scheme });
    const callback = readCallback(payload);
    // Signed, but nothing for us: taken, so that it is not sent for days.
    if (!callback) return Response.json({ status: "ignored" });
    return { callback, key: id ?? `${callback.request_id}:${callback.event}` };
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

const alreadyProcessed = (): Response => Response.json({ status: "already processed" satisfies Resumption });

const inProgress = (): Response =>
  Response.json({ status: "in progress" }, { status: 503, headers: { "retry-after": MINUTE_S } });

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
