import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** A server on this machine for one test; its address. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => end(server));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function end(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** What was asked of a scripted server. */
type Asked = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
};

/** What it answers: status, body (JSON where it is no text), headers; or it breaks the connection, or never answers. */
export type Scripted =
  | readonly [status: number, body?: unknown, headers?: Record<string, string>]
  | "breaks"
  | "hangs";

/** Answers with one after the other, the last one again and again; `asked` is what came. */
export async function scripted(...answers: readonly Scripted[]) {
  const asked: Asked[] = [];
  const url = await serve(async (request, response) => {
    const { method = "", url: path = "", headers } = request;
    asked.push({ method, url: path, headers, body: await text(request) });
    const answer = answers[Math.min(asked.length, answers.length) - 1] ?? "hangs";
    if (answer === "breaks") return void request.socket.destroy();
    if (answer === "hangs") return;
    const [status, body = "", more = {}] = answer;
    const type = status >= 400 ? "application/problem+json" : "application/json";
    response.writeHead(status, { "content-type": type, ...more });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  return { url, asked };
}
