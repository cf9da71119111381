import { describe, expect, it } from "vitest";
import { Refusal } from "#engine/errors.ts";
import { chooseModel, type ModelSettings } from "#integrations/agents/choose-model.ts";
import { KEY } from "#test/support/model-double.ts";

const NOTHING: ModelSettings = {
  model: undefined,
  anthropicApiKey: undefined,
  anthropicBaseUrl: undefined,
  openaiApiKey: undefined,
  openaiBaseUrl: undefined,
};
const chosen = (settings: Partial<ModelSettings>) =>
  chooseModel({ ...NOTHING, ...settings }, () => undefined)?.name;

describe("chooseModel", () => {
  it("takes none where nothing is set: then goals are rehearsed", () => {
    expect(chosen({})).toBeUndefined();
  });

  it.each<[string, Partial<ModelSettings>]>([
    ["anthropic:claude-sonnet-5-5", { anthropicApiKey: KEY }],
    ["openai:gpt-6.1-terra", { openaiApiKey: KEY }],
    ["anthropic:claude-sonnet-5-5", { anthropicApiKey: KEY, openaiApiKey: KEY }],
    ["openai:gpt-5.5", { model: "openai:gpt-5.5", anthropicApiKey: KEY, openaiApiKey: KEY }],
    ["anthropic:claude-opus-5-5", { model: "anthropic:claude-opus-5-5", anthropicApiKey: KEY }],
    ["openai:qwen3:8b", { model: "openai:qwen3:8b", openaiBaseUrl: "http://127.0.0.1:11434/v1" }],
  ])("takes %s", (name, settings) => {
    expect(chosen(settings)).toBe(name);
  });

  it.each<[RegExp, Partial<ModelSettings>]>([
    [/write anthropic:<model> or openai:<model>/, { model: "gpt-5.5", openaiApiKey: KEY }],
    [/write anthropic:<model>/, { model: "openai:", openaiApiKey: KEY }],
    [/ANTHROPIC_API_KEY is not set/, { model: "anthropic:claude-opus-5-5", openaiApiKey: KEY }],
    [/neither OPENAI_API_KEY nor OPENAI_BASE_URL/, { model: "openai:gpt-5.5", anthropicApiKey: KEY }],
    [/set MODEL=openai:/, { openaiBaseUrl: "http://127.0.0.1:8080/v1" }],
  ])("says %s", (sentence, settings) => {
    expect(() => chosen(settings)).toThrow(Refusal);
    expect(() => chosen(settings)).toThrow(sentence);
  });
});
