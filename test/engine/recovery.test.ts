import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Submission } from "#engine/ports.ts";
import { createMemoryEngine } from "#test/support/memory-engine.ts";
import type { Fault } from "#test/support/memory-store.ts";
import { asking, bob, reply } from "#test/support/sample-question.ts";
import { brief, model } from "#test/support/sample-run.ts";

const request = { type: "request", brief: brief(), plan: [model("code")] } as const;
const guide = (text: string) => ({ type: "guide", by: "U01ALICE", text }) as const;

/** These things happen to the first commits after the run has begun; all later ones are fine. */
async function begunWith(...faults: readonly (Fault | null)[]) {
  const left = [null, ...faults];
  const made = createMemoryEngine(() => left.shift() ?? null);
  await made.toRun("r1", request);
  await made.rests();
  return made;
}

const saysSo = ({ stream: { id }, command }: Submission, isIt: (text: string) => boolean) =>
  id === "r1" && command.type === "guide" && isIt(command.text);

describe("a commit of which nobody knows whether it happened", () => {
  test("counts when it is in the log: it is not done again", async () => {
    const { toRun, sizes, logOf } = await begunWith(null, "after saving");
    const results = await Promise.all(["a", "b", "c"].map((text) => toRun("r1", guide(text))));
    expect(results.map(({ facts }) => facts.length)).toEqual([1, 1, 1]);
    expect(sizes()).toEqual([1, 1, 2]);
    expect(logOf("r1").filter((type) => type === "run.guided")).toHaveLength(3);
  });

  test("keeps the refusals that were part of it", async () => {
    const { toRun } = await begunWith(null, "after saving");
    const settled = await Promise.allSettled([
      toRun("r1", guide("a")),
      toRun("r1", { type: "cancel", reason: "x" }),
      toRun("r1", guide("late")),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    expect(settled[2]).toMatchObject({ reason: { name: "Refusal", code: "wrong_state" } });
  });

  test("is not done twice when the look-up came too early, and tells what it did", async () => {
    const { toRun, logOf, jobs } = await begunWith("late");
    const begin = { type: "begin attempt", key: "code", lease: "L", worker: "w1" } as const;
    const { facts, state } = await toRun("r1", begin);
    expect(facts).toMatchObject([{ type: "attempt.began", lease: "L" }]);
    expect(state.steps[0]).toMatchObject({ status: "working", attempt: 1, lease: "L" });
    expect(logOf("r1").filter((type) => type === "attempt.began")).toHaveLength(1);
    expect(jobs).toHaveLength(1);
  });
});

describe("a commit that did not happen", () => {
  test("is tried again, each submission alone", async () => {
    const { toRun, sizes, logOf } = await begunWith(null, "before saving");
    await Promise.all(["a", "b", "c"].map((text) => toRun("r1", guide(text))));
    expect(sizes()).toEqual([1, 1, 2, 1, 1]);
    expect(logOf("r1").filter((type) => type === "run.guided")).toHaveLength(3);
  });

  test("fails for the one that the database can't take, and for no other", async () => {
    const isPoison = (submission: Submission) => saysSo(submission, (text) => text === "poison");
    const { toRun, logOf } = createMemoryEngine((batch) => (batch.some(isPoison) ? "before saving" : null));
    await toRun("r1", request);
    const settled = await Promise.allSettled(
      ["a", "b", "poison", "c"].map((text) => toRun("r1", guide(text))),
    );
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(settled[2]).toMatchObject({ reason: { message: "The connection broke before saving." } });
    expect(logOf("r1").filter((type) => type === "run.guided")).toHaveLength(3);
  });

  test("is tried twice at most", async () => {
    const { toRun, sizes } = await begunWith("before saving", "before saving");
    await expect(toRun("r1", guide("a"))).rejects.toThrow("The connection broke");
    expect(sizes()).toEqual([1, 1, 1]);
    expect(await toRun("r1", guide("b"))).toMatchObject({ repeated: false });
  });

  test("takes its refusals with it: nobody hears of an answer that was never given", async () => {
    const isBobs = ({ command }: Submission) => command.type === "answer" && command.who.id === bob.id;
    const { toRun, toQuestion, logOf } = createMemoryEngine((batch) =>
      batch.some(isBobs) ? "before saving" : null,
    );
    await toQuestion("c1", asking());
    const settled = await Promise.allSettled([
      toRun("r1", request),
      toQuestion("c1", reply("approve")),
      toQuestion("c1", reply("reject", { who: { ...bob, id: "U03CAROL" } })),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(logOf("c1")).toEqual(["consultation.opened", "consultation.settled"]);
  });

  test("is not tried again while the database is away: everybody hears so at once", async () => {
    const { toRun, sizes } = await begunWith(null, "away");
    const settled = await Promise.allSettled(["a", "b", "c"].map((text) => toRun("r1", guide(text))));
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(sizes()).toEqual([1, 1, 2]);
    expect(await toRun("r1", guide("d"))).toMatchObject({ repeated: false });
  });

  test("stops trying when the database goes away meanwhile", async () => {
    const { toRun, sizes } = await begunWith(null, "before saving", null, "away");
    const texts = ["first", "a", "b", "c", "d"];
    const settled = await Promise.allSettled(texts.map((text) => toRun("r1", guide(text))));
    expect(settled.map(({ status }) => status)).toEqual([
      ...["fulfilled", "fulfilled", "rejected", "rejected", "rejected"],
    ]);
    expect(sizes()).toEqual([1, 1, 4, 1, 1]);
  });
});

describe("whatever breaks", () => {
  const broken = (faults: readonly (Fault | null)[]) =>
    fc.tuple(fc.array(fc.constantFrom(...faults), { maxLength: 40 }), fc.integer({ min: 1, max: 20 }));
  const submit = async (faults: readonly (Fault | null)[], count: number) => {
    const { toRun, states } = await begunWith(...faults);
    const texts = Array.from({ length: count }, (_, i) => `guidance ${i}`);
    const settled = await Promise.allSettled(texts.map((text) => toRun("r1", guide(text))));
    const told = texts.filter((_, i) => settled[i]?.status === "fulfilled").map((text) => ({ text }));
    return { told, state: states.get("r1") };
  };

  test("what is told as done is in the log once, and what is told as failed is not", async () => {
    await fc.assert(
      fc.asyncProperty(broken([null, null, "before saving", "after saving"]), async ([faults, count]) => {
        const { told, state } = await submit(faults, count);
        expect(state).toMatchObject({ guidance: told, seq: 4 + told.length });
      }),
      { numRuns: 200 },
    );
  });

  test("nothing is in the log twice, also where look-ups come too early", async () => {
    await fc.assert(
      fc.asyncProperty(broken([null, null, "before saving", "late"]), async ([faults, count]) => {
        const { told, state } = await submit(faults, count);
        const texts = state && "guidance" in state ? state.guidance.map(({ text }) => text) : [];
        expect(new Set(texts).size).toBe(texts.length);
        expect(texts).toEqual(expect.arrayContaining(told.map(({ text }) => text)));
      }),
      { numRuns: 200 },
    );
  });
});
