import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { Wire } from "./document.ts";
import type { Answer } from "./faults.ts";

/** Reads a request completely. */
export async function readWire(request: IncomingMessage): Promise<Wire> {
  const raw = await text(request);
  const url = new URL(request.url ?? "/", "http://here");
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    method: request.method ?? "GET",
    path: url.pathname,
    search: url.search.slice(1),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: raw === "" ? undefined : parsed(raw),
  };
}

function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}

/** Answers in JSON; a text is a page for people. */
export function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const type = typeof body === "string" ? "text/html" : "application/json";
  response.writeHead(status, { "Content-Type": `${type};charset=UTF-8`, ...headers });
  response.end(typeof body === "string" || body === undefined ? body : JSON.stringify(body));
}

/** Opens the door. */
export async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

/** Shuts it, and cuts all connections. */
export async function shut(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
