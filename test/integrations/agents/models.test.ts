import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ModelFailure, type ModelUsage } from "#engine/agent/model.ts";
import { KEY, modelAt, PROVIDERS, say, spoken, useModelDouble } from "#test/support/model-double.ts";

const mock = useModelDouble();
const Port = z.strictObject({ port: z.number(), why: z.string().nullable() });
const request = {
  system: "You choose ports.",
  shared: "The goal.",
  user: "Which port?",
  schema: Port,
  maxTokens: 500,
};
const good = { port: 8080, why: "It is free." };
const never = new AbortController().signal;

/** What the last calls asked of the far side, as it understood them. */
const bodies = () =>
  mock()
    .llm.getRequests()
    .map(({ body }) => JSON.parse(JSON.stringify(body)) as Record<string, never>);

describe.each(PROVIDERS)("%s", (provider) => {
  const at = (limits?: Parameters<typeof modelAt>[2]) => modelAt(mock().url, provider, limits);
  const failing = async (limits?: Parameters<typeof modelAt>[2]) => {
    const { model, log } = at(limits);
    const error: unknown = await model.ask(request, {}, never).catch((thrown: unknown) => thrown);
    if (!(error instanceof ModelFailure)) throw new Error("It should have failed.", { cause: error });
    return { error, log };
  };

  it("resolves to a reply of the asked form, and says what it cost", async () => {
    say(mock().llm, [spoken(good)]);
    const { model, log } = at();
    const spent: ModelUsage[] = [];
    const usage = async (cost: ModelUsage) => void spent.push(cost);
    const cost = { calls: 1, inputTokens: 30, outputTokens: 7, cachedTokens: 0 };
    expect(await model.ask(request, { usage }, never)).toEqual({ value: good, usage: cost });
    expect(spent).toEqual([cost]);
    expect(log).toMatchObject([{ model: model.name, end: "complete", inputTokens: 30, outputTokens: 7 }]);
  });

  it("sends the texts in the order in which they change, and the form of the reply", async () => {
    say(mock().llm, [spoken(good)]);
    await at().model.ask(request, {}, never);
    const sent = JSON.stringify(bodies()[0]);
    const places = ["You choose ports.", "The goal.", "Which port?"].map((text) => sent.indexOf(text));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("streams: the text arrives in pieces", async () => {
    say(mock().llm, [spoken(good)], { chunkSize: 4 });
    const pieces: string[] = [];
    await at().model.ask(request, { text: (delta) => pieces.push(delta) }, never);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join("")).toBe(JSON.stringify(good));
  });

  it.each([
    ["garbage", spoken("I would take 8080."), /That was not JSON/],
    ["a wrong form", spoken({ port: "8080" }), /did not have the form/],
    ["a cut reply", { ...spoken('{"po'), finishReason: "length" }, /cut off at 500 tokens/],
  ])("mends %s in a second call that carries the reply and the reason", async (_what, bad, reason) => {
    say(mock().llm, [bad, spoken(good)]);
    const { value, usage } = await at().model.ask(request, {}, never);
    expect(value).toEqual(good);
    expect(usage).toEqual({ calls: 2, inputTokens: 60, outputTokens: 14, cachedTokens: 0 });
    const second = JSON.stringify(bodies()[1]);
    expect(second).toMatch(reason);
    expect(second).toContain(JSON.stringify(bad.content).slice(1, -1));
  });

  it("fails after two useless replies, without repeating them", async () => {
    say(mock().llm, [spoken("secret words")]);
    const { error, log } = await failing();
    expect(error.message).toMatch(/gave no usable reply, twice/);
    expect(mock().llm.getRequests()).toHaveLength(2);
    expect(JSON.stringify([error.message, log])).not.toContain("secret words");
  });

  it("says when to come back after 429, and does not try again by itself", async () => {
    say(mock().llm, [
      { error: { message: "slow down", type: "rate_limit_error" }, status: 429, retryAfter: 7 },
    ]);
    const { error } = await failing();
    expect(error).toMatchObject({ again: true, retryAfterMs: 7_000 });
    expect(mock().llm.getRequests()).toHaveLength(1);
  });

  it.each([500, 503, 529])("takes %i for trouble that passes", async (status) => {
    say(mock().llm, [{ error: { message: "Overloaded", type: "overloaded_error" }, status }]);
    const { error } = await failing();
    expect(error).toMatchObject({ again: true, message: expect.stringContaining(`(${status})`) });
  });

  it.each([
    [401, /Set (ANTHROPIC|OPENAI)_API_KEY to a key/],
    [403, /Set (ANTHROPIC|OPENAI)_API_KEY to a key/],
    [402, /no credit left/],
    [404, /Set MODEL to one/],
    [400, /did not take the request \(400\)/],
  ])("takes %i for a setting that is wrong, and keeps the key to itself", async (status, sentence) => {
    say(mock().llm, [
      { error: { message: `Incorrect API key provided: ${KEY}`, type: "invalid_request_error" }, status },
    ]);
    const { error, log } = await failing();
    expect(error).toMatchObject({ again: false, message: expect.stringMatching(sentence) });
    const cause = error.cause instanceof Error ? error.cause : new Error("none");
    const seen = [
      error.message,
      error.stack,
      cause.message,
      cause.stack,
      JSON.stringify(error),
      JSON.stringify(log),
    ];
    expect(seen.join("\n")).not.toContain(KEY);
    expect(Object.keys(cause)).toEqual([]);
  });

  it("gives up on a far side that sends nothing", async () => {
    say(mock().llm, [spoken(good)], { latency: 5_000 });
    const { error, log } = await failing({ quietMs: 80, totalMs: 5_000 });
    expect(error).toMatchObject({ again: true, message: expect.stringContaining("sent nothing for 0.08 s") });
    expect(log).toMatchObject([{ end: "failed", failure: error.message }]);
  });

  it("gives up on a far side that never comes to an end", async () => {
    say(mock().llm, [spoken("x".repeat(2_000))], { chunkSize: 1, latency: 10 });
    const { error } = await failing({ quietMs: 2_000, totalMs: 150 });
    expect(error.message).toContain("took longer than 0.15 s");
  });

  it("ends within a second when it is stopped in the middle of a reply, and throws the reason", async () => {
    say(mock().llm, [spoken("x".repeat(2_000))], { chunkSize: 1, latency: 10 });
    const stop = new AbortController();
    const { model, log } = at();
    let stoppedAt = 0;
    const text = () => {
      stoppedAt ||= performance.now();
      stop.abort(new Error("cancelled by Alice"));
    };
    await expect(model.ask(request, { text }, stop.signal)).rejects.toThrow("cancelled by Alice");
    expect(performance.now() - stoppedAt).toBeLessThan(1_000);
    expect(log).toMatchObject([{ end: "aborted" }]);
  });
});
