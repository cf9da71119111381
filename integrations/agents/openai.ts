import { createModel } from "#engine/agent/ask-model.ts";
import type { Model } from "#engine/agent/model.ts";
import { CALL_LIMITS, type CallLimits } from "./call-limits.ts";
import type { Provider } from "./model-failure.ts";
import { type CallLog, type Converse, createSpeak } from "./speak.ts";

/** OpenAI's current all-round model, by the SDK's own list. */
export const OPENAI_MODEL = "gpt-6.1-terra";
const OPENAI_URL = "https://api.openai.com/v1";
/** llama.cpp, Ollama and vLLM need no key, but the SDK insists on one. */
const NO_KEY = "none";

/**
 * A model of OpenAI, by its Responses API; or, where `baseUrl` is set, of any server that speaks chat completions as
 * llama.cpp, Ollama and vLLM do. Makes no call until it is asked something. `api` says otherwise,
 * for a gateway in front of OpenAI.
 */
export function createOpenAi(needs: {
  readonly apiKey: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly model: string;
  readonly log: CallLog;
  readonly limits?: CallLimits;
  readonly api?: "responses" | "chat";
}): Model {
  const { apiKey = NO_KEY, baseUrl, model, log, limits = CALL_LIMITS } = needs;
  const api = needs.api ?? (baseUrl === undefined ? "responses" : "chat");
  const name = `openai:${model}`;
  const provider: Provider = {
    name: baseUrl === undefined ? "OpenAI" : "The model server at OPENAI_BASE_URL",
    model: name,
    secret: apiKey,
    keySetting: "OPENAI_API_KEY",
    urlSetting: "OPENAI_BASE_URL",
  };
  // The SDK takes a good part of a start to load, and many starts never need it.
  const load = async (): Promise<Converse> => {
    const { default: Client } = await import("openai");
    // Retries are the engine's: it counts them, shows them, and survives a restart in between.
    const client = new Client({
      ...{ apiKey, baseURL: baseUrl ?? OPENAI_URL, organization: null, project: null },
      ...{ maxRetries: 0, timeout: limits.totalMs, logLevel: "off" },
    });
    if (api === "chat") return (await import("./openai-chat.ts")).converseByChat(client, model);
    return (await import("./openai-responses.ts")).converseByResponses(client, model);
  };
  let loaded: Promise<Converse> | undefined;
  const converse: Converse = async (...call) => {
    loaded ??= load();
    return (await loaded)(...call);
  };
  return createModel(name, createSpeak({ provider, limits, log }, converse));
}
