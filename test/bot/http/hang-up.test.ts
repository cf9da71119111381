import { Hono } from "hono";
import { expect, test } from "vitest";
import { createPart } from "#bot/http/api.ts";
import { listen } from "#bot/http/http.ts";
import { requestRoutes } from "#bot/http/requests.ts";
import { createLogger } from "#bot/logger.ts";
import type { Requests } from "#bot/outside/requests/request.ts";
import { asking } from "#test/support/request-desk.ts";

const never = () => Promise.reject(new Error("Nobody calls this here."));

test("A client that hangs up ends its wait: nothing of it stays behind", async () => {
  const began = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const requests: Requests = {
    ...{ create: never, list: never, respond: never, cancel: never, rotateSecret: never },
    get: (_, __, wait) => {
      wait?.signal.addEventListener("abort", () => ended.resolve());
      began.resolve();
      return ended.promise.then(never);
    },
  };
  const log = createLogger({ now: Date.now, write: () => {}, isTerminal: false });
  const http = await listen({ host: "127.0.0.1", port: 0, log });
  const app = createPart();
  app.use("*", (c, next) => {
    c.set("asking", asking());
    return next();
  });
  app.route("/", requestRoutes({ requests }));
  http.serve(new Hono().route("/", app));
  const client = new AbortController();
  const url = `http://127.0.0.1:${http.port}/api/v1/requests/0b9f4c1e-6f0a-4d7e-8a53-2f1f3d5c7a91?wait=60`;
  const call = fetch(url, { signal: client.signal });
  await began.promise;
  client.abort();
  await expect(call).rejects.toThrow(/abort/);
  await ended.promise;
  await http.close();
});
