import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type LLMock, useAimock } from "@copilotkit/aimock/vitest";
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { Model } from "#engine/agent/model.ts";
import { createAnthropic } from "#integrations/agents/anthropic.ts";
import type { CallLimits } from "#integrations/agents/call-limits.ts";
import { createOpenAi } from "#integrations/agents/openai.ts";
import type { CallRecord } from "#integrations/agents/speak.ts";

/** Looks like a key, and must never be seen again. */
export const KEY = "sk-test-4f9b2c7d8e1a0b3c";

export const PROVIDERS = ["anthropic", "responses", "chat"] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** A model that calls this server, and what it logged. */
export function modelAt(
  url: string,
  provider: ProviderName,
  limits?: CallLimits,
): { model: Model; log: CallRecord[] } {
  const log: CallRecord[] = [];
  const needs = { apiKey: KEY, log: (record: CallRecord) => log.push(record), ...(limits ? { limits } : {}) };
  const model =
    provider === "anthropic"
      ? createAnthropic({ ...needs, baseUrl: url, model: "claude-sonnet-5-5" })
      : createOpenAi({ ...needs, baseUrl: `${url}/v1`, model: "gpt-6.1-terra", api: provider });
  return { model, log };
}

/** aimock for the tests of this file: both providers over HTTP. Forgets everything before each test. */
export function useModelDouble(): () => { readonly llm: LLMock; readonly url: string } {
  const mock = useAimock({ port: 0, strict: true, patchEnv: false, logLevel: "silent" });
  beforeEach(() => {
    mock().llm.reset();
  });
  return mock;
}

type Reply = Parameters<LLMock["on"]>[1];
type Options = Parameters<LLMock["on"]>[2];

/** Answers call after call with these; the last one answers all that follow. */
export function say(llm: LLMock, replies: readonly Reply[], options?: Options): void {
  replies.forEach((reply, i) => {
    const match = i < replies.length - 1 ? { sequenceIndex: i } : {};
    llm.on({ ...match, predicate: () => true }, reply, options);
  });
}

/** A reply with its cost, in each provider's own words: 30 tokens in, 7 out. */
export const spoken = (content: string | object) => ({
  content: typeof content === "string" ? content : JSON.stringify(content),
  usage: { input_tokens: 30, output_tokens: 7, prompt_tokens: 30, completion_tokens: 7 },
});

/** What a raw server does with one request; its body comes along. */
export type Handler = (response: ServerResponse, body: string, request: IncomingMessage) => void;

/** An HTTP server that answers as a test says, byte by byte: for what aimock is too polite to do. */
export function useRawServer(): { answer: (handler: Handler) => void; url: () => string } {
  let handler: Handler = (response) => response.writeHead(500).end();
  const server = createServer(async (request, response) => handler(response, await text(request), request));
  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  return {
    answer: (next) => {
      handler = next;
    },
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
}

/** Begins an event stream with these events, each an event name and its JSON. */
export function stream(response: ServerResponse, events: readonly (readonly [string, object])[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const [name, data] of events)
    response.write(`event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`);
}
