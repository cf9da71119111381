import type OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import type { Call } from "#engine/agent/ask-model.ts";
import { BrokenStream } from "./model-failure.ts";
import type { Converse, Gathering } from "./speak.ts";

/** Calls by chat completions: what llama.cpp, Ollama and vLLM have in common with OpenAI. */
export const converseByChat =
  (client: OpenAI, model: string): Converse =>
  async (call, gathering, line) => {
    const chunks = await client
      .withOptions({ fetch: line.fetch })
      .chat.completions.create(
        { ...toBody(model, call), stream: true, stream_options: { include_usage: true } },
        { signal: line.signal },
      );
    return gather(chunks, gathering);
  };

function toBody(model: string, call: Call): OpenAI.Chat.ChatCompletionCreateParamsNonStreaming {
  const { system, shared, user, repair, schema, maxTokens, effort } = call;
  return {
    model,
    messages: [
      { role: "system", content: system },
      { role: "user", content: `${shared}${user}` },
      ...(repair
        ? [
            { role: "assistant" as const, content: repair.reply.trim() || "(nothing)" },
            { role: "user" as const, content: repair.reason },
          ]
        : []),
    ],
    // The newer `max_completion_tokens` is unknown to most servers of this kind.
    max_tokens: maxTokens,
    response_format: zodResponseFormat(schema, "reply"),
    ...(effort ? { reasoning_effort: effort } : {}),
  };
}

async function gather(
  chunks: AsyncIterable<OpenAI.Chat.ChatCompletionChunk>,
  { text, cost }: Gathering,
): Promise<"complete" | "cut" | "refused"> {
  let finish: OpenAI.Chat.ChatCompletionChunk.Choice["finish_reason"] = null;
  let refused = false;
  for await (const { choices, usage } of chunks) {
    const choice = choices[0];
    if (choice?.delta.content) text(choice.delta.content);
    refused ||= Boolean(choice?.delta.refusal);
    finish = choice?.finish_reason ?? finish;
    if (usage)
      cost({
        input: usage.prompt_tokens,
        output: usage.completion_tokens,
        cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
      });
  }
  if (finish === null) throw new BrokenStream("the connection ended before it was complete");
  if (refused || finish === "content_filter") return "refused";
  return finish === "length" ? "cut" : "complete";
}
