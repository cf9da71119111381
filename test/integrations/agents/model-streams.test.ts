import { describe, expect, it } from "vitest";
import { z } from "zod";
import { modelAt, type ProviderName, stream, useRawServer } from "#test/support/model-double.ts";

const server = useRawServer();
const request = {
  system: "You choose ports.",
  shared: "The goal.",
  user: "Which port?",
  schema: z.strictObject({ port: z.number() }),
  maxTokens: 500,
};
const never = new AbortController().signal;
const at = (provider: ProviderName, limits?: Parameters<typeof modelAt>[2]) =>
  modelAt(server.url(), provider, limits).model;
const failing = (provider: ProviderName, limits?: Parameters<typeof modelAt>[2]): Promise<unknown> =>
  at(provider, limits)
    .ask(request, {}, never)
    .then(
      () => "no failure",
      (error: unknown) => error,
    );

type Events = readonly (readonly [string, object])[];

/** A whole reply in Anthropic's words. */
const anthropicReply = (text: string, stop: string, usage: object = {}): Events => [
  [
    "message_start",
    {
      message: {
        id: "m",
        role: "assistant",
        content: [],
        usage: { input_tokens: 10, output_tokens: 1, ...usage },
      },
    },
  ],
  ["content_block_start", { index: 0, content_block: { type: "text", text: "" } }],
  ["content_block_delta", { index: 0, delta: { type: "text_delta", text } }],
  ["content_block_stop", { index: 0 }],
  ["message_delta", { delta: { stop_reason: stop }, usage: { output_tokens: 5 } }],
  ["message_stop", {}],
];

describe("anthropic", () => {
  it("marks the stable texts for the cache, and counts all input", async () => {
    let sent = "";
    server.answer((response, body) => {
      sent = body;
      const cache = { cache_creation_input_tokens: 200, cache_read_input_tokens: 3_000 };
      stream(response, anthropicReply('{"port":1}', "end_turn", cache));
      response.end();
    });
    const { usage } = await at("anthropic").ask(request, {}, never);
    expect(usage).toEqual({ calls: 1, inputTokens: 3_210, outputTokens: 5, cachedTokens: 3_000 });
    const ephemeral = { cache_control: { type: "ephemeral" } };
    expect(JSON.parse(sent)).toMatchObject({
      stream: true,
      system: [{ text: "You choose ports.", ...ephemeral }],
      messages: [
        {
          role: "user",
          content: [
            { text: "The goal.\n\n", ...ephemeral },
            { type: "text", text: "Which port?" },
          ],
        },
      ],
      output_config: { format: { type: "json_schema", schema: { required: ["port"] } } },
    });
    expect(JSON.parse(sent).messages[0].content[1]).not.toHaveProperty("cache_control");
  });

  it("sends an effort only where somebody chose one", async () => {
    const sent: string[] = [];
    server.answer((response, body) => {
      sent.push(body);
      stream(response, anthropicReply('{"port":1}', "end_turn"));
      response.end();
    });
    await at("anthropic").ask(request, {}, never);
    await at("anthropic").ask({ ...request, effort: "high" }, {}, never);
    expect(sent.map((body) => JSON.parse(body).output_config.effort)).toEqual([undefined, "high"]);
  });

  it("asks once more after a refusal, then says what a person can do", async () => {
    server.answer((response) => {
      stream(response, anthropicReply("", "refusal"));
      response.end();
    });
    expect(await failing("anthropic")).toMatchObject({
      again: false,
      message: expect.stringContaining("declined"),
    });
  });

  it("takes an error in the middle of a stream for trouble that passes", async () => {
    server.answer((response) => {
      stream(response, [["error", { error: { type: "overloaded_error", message: "Overloaded" } }]]);
      response.end();
    });
    expect(await failing("anthropic")).toMatchObject({
      again: true,
      message: expect.stringContaining("overloaded_error"),
    });
  });

  it("waits on while pings come in", async () => {
    server.answer((response) => {
      stream(response, []);
      let pings = 0;
      const timer = setInterval(() => {
        if (++pings <= 8) response.write("event: ping\ndata: {}\n\n");
        else {
          clearInterval(timer);
          for (const [name, data] of anthropicReply('{"port":1}', "end_turn"))
            response.write(`event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`);
          response.end();
        }
      }, 50);
    });
    const { value } = await at("anthropic", { quietMs: 250, totalMs: 10_000 }).ask(request, {}, never);
    expect(value).toEqual({ port: 1 });
  });
});

describe("openai", () => {
  it("stores nothing on the far side, and asks for strict JSON", async () => {
    let sent = "";
    server.answer((response, body) => {
      sent = body;
      const usage = { input_tokens: 20, output_tokens: 5, input_tokens_details: { cached_tokens: 12 } };
      stream(response, [
        ["response.output_text.delta", { delta: '{"port":1}' }],
        ["response.completed", { response: { status: "completed", usage } }],
      ]);
      response.end();
    });
    const { usage } = await at("responses").ask(request, {}, never);
    expect(usage).toEqual({ calls: 1, inputTokens: 20, outputTokens: 5, cachedTokens: 12 });
    expect(JSON.parse(sent)).toMatchObject({
      store: false,
      instructions: "You choose ports.",
      max_output_tokens: 500,
      text: { format: { type: "json_schema", strict: true } },
    });
  });

  it.each<[ProviderName, Events]>([
    [
      "responses",
      [
        ["response.refusal.delta", { delta: "I can't." }],
        ["response.completed", { response: { status: "completed" } }],
      ],
    ],
    [
      "responses",
      [
        [
          "response.incomplete",
          { response: { status: "incomplete", incomplete_details: { reason: "content_filter" } } },
        ],
      ],
    ],
    ["chat", [["chunk", { choices: [{ delta: { refusal: "I can't." }, finish_reason: "stop" }] }]]],
    ["chat", [["chunk", { choices: [{ delta: {}, finish_reason: "content_filter" }] }]]],
  ])("%s: reads a refusal", async (provider, events) => {
    server.answer((response) => {
      stream(response, events);
      response.end(provider === "chat" ? "data: [DONE]\n\n" : "");
    });
    expect(await failing(provider)).toMatchObject({
      again: false,
      message: expect.stringContaining("declined"),
    });
  });

  it("takes a response that failed on the far side for trouble that passes", async () => {
    server.answer((response) => {
      stream(response, [
        ["response.failed", { response: { status: "failed", error: { code: "server_error" } } }],
      ]);
      response.end();
    });
    expect(await failing("responses")).toMatchObject({
      again: true,
      message: expect.stringContaining("server_error"),
    });
  });

  it("takes an account without credit for a setting, not for a limit", async () => {
    server.answer((response) => {
      response.writeHead(429, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ error: { message: "You exceeded your quota", code: "insufficient_quota" } }),
      );
    });
    expect(await failing("chat")).toMatchObject({
      again: false,
      message: expect.stringContaining("no credit left"),
    });
  });
});
