import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

/** The handler as a listener of node:http: `createServer(toNodeListener(handle))`. What it throws is answered with 500. */
export function toNodeListener(
  handle: (request: Request) => Promise<Response>,
  onError: (error: unknown) => void = () => {},
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(handle, request, response).catch((error) => {
      onError(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
}

async function answer(
  handle: (request: Request) => Promise<Response>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/" } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  const hasBody = method !== "GET" && method !== "HEAD";
  const tooLarge = Number(request.headers["content-length"] ?? 0) > LARGEST_BYTES;
  const body = hasBody && !tooLarge ? { body: await bufferOf(request) } : {};
  const answered = await handle(new Request(new URL(url, "http://localhost"), { method, headers, ...body }));
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  response.end(Buffer.from(await answered.arrayBuffer()));
}

/** A little more than a handler takes: it is what says that it is too much. */
const LARGEST_BYTES = 1_100_000;

async function bufferOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  let length = 0;
  request.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length > LARGEST_BYTES) request.destroy(new Error("It is too large."));
  });
  return new Uint8Array(await buffer(request));
}
