import type Anthropic from "@anthropic-ai/sdk";
import { type Call, createModel } from "#engine/agent/ask-model.ts";
import type { Model } from "#engine/agent/model.ts";
import { CALL_LIMITS, type CallLimits } from "./call-limits.ts";
import { BrokenStream, type Provider } from "./model-failure.ts";
import { type CallLog, createSpeak, type Gathering } from "./speak.ts";

/** Good at planning and writing, at a price that a team can use all day. */
export const ANTHROPIC_MODEL = "claude-sonnet-5-5";
const ANTHROPIC_URL = "https://api.anthropic.com";

/** A Claude model. `baseUrl` is for gateways and tests. Makes no call until it is asked something. */
export function createAnthropic(needs: {
  readonly apiKey: string;
  readonly baseUrl?: string | undefined;
  readonly model: string;
  readonly log: CallLog;
  readonly limits?: CallLimits;
}): Model {
  const { apiKey, baseUrl = ANTHROPIC_URL, model, log, limits = CALL_LIMITS } = needs;
  const name = `anthropic:${model}`;
  const provider: Provider = {
    name: "Anthropic",
    model: name,
    secret: apiKey,
    keySetting: "ANTHROPIC_API_KEY",
    urlSetting: "ANTHROPIC_BASE_URL",
  };
  // The SDK takes a good part of a start to load, and many starts never need it.
  const load = async () => {
    const [{ default: Client }, { zodOutputFormat }] = await Promise.all([
      import("@anthropic-ai/sdk"),
      import("@anthropic-ai/sdk/helpers/zod"),
    ]);
    // Retries are the engine's: it counts them, shows them, and survives a restart in between.
    const client = new Client({
      ...{ apiKey, authToken: null, baseURL: baseUrl },
      ...{ maxRetries: 0, timeout: limits.totalMs, logLevel: "off" },
    });
    return { client, toFormat: zodOutputFormat };
  };
  let loaded: ReturnType<typeof load> | undefined;
  const speak = createSpeak({ provider, limits, log }, async (call, gathering, line) => {
    loaded ??= load();
    const { client, toFormat } = await loaded;
    const body = toBody(model, call, toFormat(call.schema));
    const events = await client
      .withOptions({ fetch: line.fetch })
      .messages.create({ ...body, stream: true }, { signal: line.signal });
    return gather(events, gathering);
  });
  return createModel(name, speak);
}

function toBody(
  model: string,
  call: Call,
  format: Anthropic.JSONOutputFormat,
): Anthropic.MessageCreateParamsNonStreaming {
  const { system, shared, user, repair, maxTokens, effort } = call;
  return {
    model,
    max_tokens: maxTokens,
    system: [{ type: "text", text: system, cache_control: { type: "ephemeral" } }],
    messages: [
      {
        role: "user",
        content: [
          // The API refuses empty blocks.
          ...(shared === "" ? [] : [cached(shared)]),
          { type: "text", text: user },
        ],
      },
      ...(repair
        ? [
            { role: "assistant" as const, content: repair.reply.trim() || "(nothing)" },
            { role: "user" as const, content: repair.reason },
          ]
        : []),
    ],
    output_config: { format, ...(effort ? { effort } : {}) },
  };
}

const cached = (text: string): Anthropic.TextBlockParam => ({
  type: "text",
  text,
  cache_control: { type: "ephemeral" },
});

async function gather(
  events: AsyncIterable<Anthropic.MessageStreamEvent>,
  { text, cost }: Gathering,
): Promise<"complete" | "cut" | "refused"> {
  let input = { input: 0, cached: 0 };
  let stop: Anthropic.StopReason | null = null;
  let ended = false;
  for await (const event of events) {
    if (event.type === "message_start") {
      input = inputOf(event.message.usage);
      cost({ ...input, output: event.message.usage.output_tokens });
    }
    if (event.type === "content_block_delta" && event.delta.type === "text_delta") text(event.delta.text);
    if (event.type === "message_delta") {
      stop = event.delta.stop_reason;
      cost({ ...input, output: event.usage.output_tokens });
    }
    if (event.type === "message_stop") ended = true;
  }
  if (!ended) throw new BrokenStream("the connection ended before it was complete");
  return endOf(stop);
}

/** Anthropic counts what went into the cache, came out of it, and did neither apart; we mean all three. */
const inputOf = (usage: Anthropic.Usage): { readonly input: number; readonly cached: number } => ({
  input: usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0),
  cached: usage.cache_read_input_tokens ?? 0,
});

function endOf(stop: Anthropic.StopReason | null): "complete" | "cut" | "refused" {
  switch (stop) {
    case "max_tokens":
    case "model_context_window_exceeded":
      return "cut";
    case "refusal":
      return "refused";
    case "end_turn":
    case "stop_sequence":
    case "tool_use":
    case "pause_turn":
    case null:
      return "complete";
  }
}
