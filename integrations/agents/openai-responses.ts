import type OpenAI from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import type { Call } from "#engine/agent/ask-model.ts";
import { BrokenStream } from "./model-failure.ts";
import type { Converse, Gathering } from "./speak.ts";

/** Calls by the Responses API, which only OpenAI itself speaks. Nothing is stored on the far side. */
export const converseByResponses =
  (client: OpenAI, model: string): Converse =>
  async (call, gathering, line) => {
    const events = await client
      .withOptions({ fetch: line.fetch })
      .responses.create({ ...toBody(model, call), stream: true }, { signal: line.signal });
    return gather(events, gathering);
  };

function toBody(model: string, call: Call): OpenAI.Responses.ResponseCreateParamsNonStreaming {
  const { system, shared, user, repair, schema, maxTokens, effort } = call;
  const said = [shared, user].filter((text) => text !== "");
  return {
    model,
    instructions: system,
    input: [
      { role: "user", content: said.map((text) => ({ type: "input_text" as const, text })) },
      ...(repair
        ? [
            { role: "assistant" as const, content: repair.reply.trim() || "(nothing)" },
            { role: "user" as const, content: repair.reason },
          ]
        : []),
    ],
    max_output_tokens: maxTokens,
    store: false,
    text: { format: zodTextFormat(schema, "reply") },
    ...(effort ? { reasoning: { effort } } : {}),
  };
}

async function gather(
  events: AsyncIterable<OpenAI.Responses.ResponseStreamEvent>,
  { text, cost }: Gathering,
): Promise<"complete" | "cut" | "refused"> {
  let refused = false;
  for await (const event of events) {
    switch (event.type) {
      case "response.output_text.delta":
        text(event.delta);
        break;
      case "response.refusal.delta":
        refused = true;
        break;
      case "response.completed":
      case "response.incomplete":
        costOf(event.response, cost);
        return refused ? "refused" : endOf(event.response);
      case "response.failed":
        costOf(event.response, cost);
        throw new BrokenStream(`OpenAI says ${event.response.error?.code ?? "that it failed"}`);
      default:
    }
  }
  throw new BrokenStream("the connection ended before it was complete");
}

function endOf({ status, incomplete_details }: OpenAI.Responses.Response): "complete" | "cut" | "refused" {
  if (status !== "incomplete") return "complete";
  return incomplete_details?.reason === "content_filter" ? "refused" : "cut";
}

function costOf({ usage }: OpenAI.Responses.Response, cost: Gathering["cost"]): void {
  if (!usage) return;
  // Servers in front of OpenAI leave the details out, whatever the SDK's types say.
  const details: { readonly cached_tokens?: number } | undefined = usage.input_tokens_details;
  cost({ input: usage.input_tokens, output: usage.output_tokens, cached: details?.cached_tokens ?? 0 });
}
