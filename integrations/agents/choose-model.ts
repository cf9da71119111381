import type { Model } from "#engine/agent/model.ts";
import { Refusal } from "#engine/errors.ts";
import { ANTHROPIC_MODEL, createAnthropic } from "./anthropic.ts";
import { createOpenAi, OPENAI_MODEL } from "./openai.ts";
import type { CallLog } from "./speak.ts";

/** The settings that say which model is used. Undefined is unset. */
export type ModelSettings = {
  /** `provider:model`, for example `anthropic:claude-opus-5-5`. */
  readonly model: string | undefined;
  readonly anthropicApiKey: string | undefined;
  readonly anthropicBaseUrl: string | undefined;
  readonly openaiApiKey: string | undefined;
  readonly openaiBaseUrl: string | undefined;
};

/**
 * The model that the settings mean: `MODEL`, else the usual one of the provider whose key is set (Anthropic where both
 * are). Null when nothing is set: then goals are rehearsed. Refuses (`bad_input`) settings that contradict each other.
 */
export function chooseModel(settings: ModelSettings, log: CallLog): Model | null {
  if (settings.model !== undefined) return byName(settings.model, settings, log);
  if (settings.anthropicApiKey !== undefined) return anthropic(ANTHROPIC_MODEL, settings, log);
  if (settings.openaiBaseUrl !== undefined)
    throw new Refusal(
      "bad_input",
      "OPENAI_BASE_URL is set, but not which model: set MODEL=openai:<the server's model>.",
    );
  return settings.openaiApiKey === undefined ? null : openAi(OPENAI_MODEL, settings, log);
}

function byName(name: string, settings: ModelSettings, log: CallLog): Model {
  const [, provider, model] = /^(anthropic|openai):(\S+)$/.exec(name) ?? [];
  if (model === undefined)
    throw new Refusal("bad_input", `MODEL is "${name}": write anthropic:<model> or openai:<model>.`);
  return provider === "anthropic" ? anthropic(model, settings, log) : openAi(model, settings, log);
}

function anthropic(model: string, settings: ModelSettings, log: CallLog): Model {
  const { anthropicApiKey: apiKey, anthropicBaseUrl: baseUrl } = settings;
  if (apiKey === undefined)
    throw new Refusal("bad_input", `MODEL is anthropic:${model}, but ANTHROPIC_API_KEY is not set.`);
  return createAnthropic({ apiKey, baseUrl, model, log });
}

function openAi(model: string, settings: ModelSettings, log: CallLog): Model {
  const { openaiApiKey: apiKey, openaiBaseUrl: baseUrl } = settings;
  if (apiKey === undefined && baseUrl === undefined)
    throw new Refusal(
      "bad_input",
      `MODEL is openai:${model}, but neither OPENAI_API_KEY nor OPENAI_BASE_URL is set.`,
    );
  return createOpenAi({ apiKey, baseUrl, model, log });
}
