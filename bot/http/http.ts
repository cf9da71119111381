import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { StartFailure } from "#engine/errors.ts";
import type { Logger } from "../logger.ts";
import { servedPath } from "./aliases.ts";
import { problem, toProblem } from "./failure.ts";

export type Listening = {
  readonly server: Server;
  readonly port: number;
  /** From now on these answer, in this order; problem+json where none does. */
  serve(...parts: readonly Hono[]): void;
  close(): Promise<void>;
};

/** How long a caller may take to send its headers, and all of its request. */
const PATIENCE = { headersTimeout: 20_000, requestTimeout: 60_000 } as const;
/** How long requests under way may take to end when the app stops. */
const CLOSE_WITHIN_MS = 3_000;

/**
 * The one server. It listens at once, since others must know its address, and says "starting" until `serve` gives it
 * routes. Throws `StartFailure` when the address can't be had.
 */
export async function listen({
  host,
  port,
  log,
}: {
  readonly host: string;
  readonly port: number;
  readonly log: Logger;
}): Promise<Listening> {
  let fetch: Hono["fetch"] = () =>
    problem({ status: 503, code: "starting", detail: "Countersign is starting." });
  const server = createServer(
    PATIENCE,
    getRequestListener((request, env) => fetch(request, env)),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(error, host, port)));
    server.listen(port, host, resolve);
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    serve(...parts) {
      const routes = new Hono({ getPath: servedPath });
      for (const part of parts) routes.route("/", part);
      routes.notFound((c) =>
        problem({ status: 404, code: "not_found", detail: `There is nothing at ${c.req.path}.` }),
      );
      routes.onError((error, c) =>
        hasHungUp(error, c.req.raw)
          ? problem({ status: 400, code: "bad_request", detail: "The request broke off." })
          : toProblem(error, log),
      );
      fetch = routes.fetch;
    },
    close: () => close(server),
  };
}

/** Who goes away in the middle of their own request is no trouble of ours: no stranger fills the log with it. */
const hasHungUp = (error: Error, { signal }: Request): boolean =>
  signal.aborted && error.message === "aborted" && "code" in error && error.code === "ECONNRESET";

/** Streams that stay open (a page that watches) are cut after a while: nobody waits for them to end by themselves. */
async function close(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): StartFailure {
  if (error.code === "EADDRINUSE")
    return new StartFailure(
      `Port ${port} is taken by another program: stop that, or choose another port (PORT=3001, or PORT=0 for a free one).`,
      { cause: error },
    );
  if (error.code === "EACCES")
    return new StartFailure(`Port ${port} may not be used by this user: choose one above 1023 with PORT.`, {
      cause: error,
    });
  return new StartFailure(
    `Countersign can't listen on ${host}:${port} (${error.code}): check HOST and PORT.`,
    { cause: error },
  );
}
