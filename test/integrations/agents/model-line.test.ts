import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { ModelFailure } from "#engine/agent/model.ts";
import { KEY, modelAt, PROVIDERS, stream, useRawServer } from "#test/support/model-double.ts";

const server = useRawServer();
const schema = z.strictObject({ port: z.number() });
const request = { system: "You choose ports.", shared: "", user: "Which port?", schema, maxTokens: 500 };
const never = new AbortController().signal;

/** Where nobody listens: a port that was free a moment ago. */
async function deadUrl(): Promise<string> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, "close");
  return `http://127.0.0.1:${port}`;
}

const BROKEN: readonly { readonly what: string; readonly answer: (response: ServerResponse) => void }[] = [
  {
    what: "ends before the reply does",
    answer: (response) => {
      stream(response, []);
      response.end();
    },
  },
  {
    what: "is cut",
    answer: (response) => {
      stream(response, []);
      response.flushHeaders();
      response.socket?.destroy();
    },
  },
  {
    what: "brings a page instead of a stream",
    answer: (response) => response.writeHead(200).end("<html>Welcome to the hotel WiFi</html>"),
  },
  {
    what: "brings garbage",
    answer: (response) =>
      response.writeHead(200).end(`event: message_start\ndata: {"key":"${KEY}", oops\n\n`),
  },
];

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(PROVIDERS)("%s, when the line", (provider) => {
  const failing = (url = server.url()): Promise<unknown> =>
    modelAt(url, provider)
      .model.ask(request, {}, never)
      .then(
        () => "no failure",
        (error: unknown) => error,
      );

  it.each(BROKEN)("$what, fails for now and prints nothing", async ({ answer }) => {
    const printed = (["error", "warn", "log", "info"] as const).map((name) => vi.spyOn(console, name));
    server.answer(answer);
    const error = await failing();
    expect(error).toBeInstanceOf(ModelFailure);
    expect(error).toMatchObject({ again: true, message: expect.not.stringContaining(KEY) });
    expect(printed.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  it("is dead, says what stands in the way and where to look", async () => {
    const error = await failing(await deadUrl());
    expect(error).toMatchObject({
      message: expect.stringMatching(/could not be reached \(ECONNREFUSED\).*_BASE_URL/),
    });
  });

  it("is busy until some date, says how long that is", async () => {
    server.answer((response) => {
      response.writeHead(503, { "retry-after": new Date(Date.now() + 60_000).toUTCString() }).end("{}");
    });
    const error = await failing();
    const wait = error instanceof ModelFailure ? error.retryAfterMs : undefined;
    expect(wait).toBeGreaterThan(55_000);
    expect(wait).toBeLessThanOrEqual(60_000);
  });
});
