import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a far side got: the very bytes. */
export type Got = {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly atMs: number;
};

/** What it does with a post; without one it answers 200. */
type Answer = (response: ServerResponse, got: Got) => void;

/** A real HTTP server that others post to, for one test. */
export type Callee = Awaited<ReturnType<typeof startCallee>>;

/** Starts one on a port of its own, on loopback. */
export async function startCallee(answer: Answer = (response) => response.end("thanks"), host = "127.0.0.1") {
  const got: Got[] = [];
  let answerNow = answer;
  const server = createServer((request, response) => {
    void read(request).then((one) => {
      got.push(one);
      answerNow(response, one);
    });
  });
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    got,
    /** From now on it answers like this. */
    answer(next: Answer): void {
      answerNow = next;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function read(request: IncomingMessage): Promise<Got> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    path: request.url ?? "",
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString("utf8"),
    atMs: performance.now(),
  };
}
