import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Call, createModel, type Spoken } from "#engine/agent/ask-model.ts";
import { ModelFailure } from "#engine/agent/model.ts";

const COST = { calls: 1, inputTokens: 10, outputTokens: 2, cachedTokens: 4 };
const request = {
  system: "s",
  shared: "g",
  user: "u",
  schema: z.strictObject({ port: z.number() }),
  maxTokens: 64,
};
const never = new AbortController().signal;

/** A model whose far side says these, one after the other. */
function speaking(...replies: readonly Spoken[]) {
  const calls: Call[] = [];
  const model = createModel("test:model", async (call, on) => {
    const spoken = replies[calls.length];
    calls.push(call);
    on.spent(COST);
    if (!spoken) throw new ModelFailure("test", "nothing more to say", { again: true });
    return spoken;
  });
  return { calls, model };
}
const complete = (text: string): Spoken => ({ text, end: "complete" });

describe("a model", () => {
  it("resolves to a reply of the right form, and what it cost", async () => {
    const { model, calls } = speaking(complete('{"port":8080}'));
    expect(await model.ask(request, {}, never)).toEqual({ value: { port: 8080 }, usage: COST });
    expect(calls[0]?.repair).toBeNull();
  });

  it("reads JSON from inside a code fence", async () => {
    const { model } = speaking(complete('```json\n{"port":1}\n```'));
    expect((await model.ask(request, {}, never)).value).toEqual({ port: 1 });
  });

  it("leaves out of texts what no database can keep", async () => {
    const { model } = speaking(complete(JSON.stringify({ said: "a\0b\ud83dc" })));
    const schema = z.strictObject({ said: z.string() });
    expect((await model.ask({ ...request, schema }, {}, never)).value).toEqual({ said: "ab\ufffdc" });
  });

  it.each([
    ["garbage", complete("I think port 8080"), /not JSON/],
    ["a wrong form", complete('{"port":"8080"}'), /expected number/],
    ["a cut reply", { text: '{"po', end: "cut" } as const, /cut off at 64 tokens/],
    ["a refusal", { text: "", end: "refused" } as const, /You declined/],
  ])("mends %s in one more call that says what was wrong", async (_what, bad, reason) => {
    const { model, calls } = speaking(bad, complete('{"port":1}'));
    const { value, usage } = await model.ask(request, {}, never);
    expect(value).toEqual({ port: 1 });
    expect(usage).toEqual({ calls: 2, inputTokens: 20, outputTokens: 4, cachedTokens: 8 });
    expect(calls[1]?.repair?.reply).toBe(bad.text);
    expect(calls[1]?.repair?.reason).toMatch(reason);
  });

  it.each([
    ["garbage", complete("secret words"), true],
    ["cut replies", { text: "secret words", end: "cut" } as const, false],
    ["refusals", { text: "secret words", end: "refused" } as const, false],
  ])("gives up after two times %s, without repeating them", async (_what, bad, again) => {
    const { model, calls } = speaking(bad, bad, complete('{"port":1}'));
    const failure = await model.ask(request, {}, never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ModelFailure);
    expect(failure).toMatchObject({ again, message: expect.not.stringContaining("secret words") });
    expect(calls).toHaveLength(2);
  });

  it("asks before each call, and makes none when that is refused", async () => {
    const { model, calls } = speaking(complete("garbage"), complete('{"port":1}'));
    let left = 1;
    const call = async () => {
      if (left-- === 0) throw new Error("no more");
    };
    await expect(model.ask(request, { call }, never)).rejects.toThrow("no more");
    expect(calls).toHaveLength(1);
  });

  it("tells the cost of a call that failed", async () => {
    const spent: unknown[] = [];
    const { model } = speaking();
    const usage = async (cost: unknown) => {
      spent.push(cost);
    };
    await expect(model.ask(request, { usage }, never)).rejects.toThrow("nothing more");
    expect(spent).toEqual([COST]);
  });

  it("makes no call for a signal that has fired", async () => {
    const { model, calls } = speaking(complete('{"port":1}'));
    await expect(model.ask(request, {}, AbortSignal.abort(new Error("cancelled")))).rejects.toThrow(
      "cancelled",
    );
    expect(calls).toHaveLength(0);
  });
});
