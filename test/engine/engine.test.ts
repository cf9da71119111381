import { describe, expect, test } from "vitest";
import { Refusal } from "#engine/errors.ts";
import type { Plan } from "#engine/run/plan.ts";
import { createMemoryEngine } from "#test/support/memory-engine.ts";
import { asking, bob, reply } from "#test/support/sample-question.ts";
import { brief, command, model } from "#test/support/sample-run.ts";

const request = {
  type: "request",
  brief: brief(),
  plan: [model("code"), command("build", ["code"])],
} as const;
const guide = (text: string) => ({ type: "guide", by: "U01ALICE", text }) as const;
const broken = { type: "propose plan", plan: null as unknown as Plan } as const;
const refusal = (code: string) => expect.objectContaining({ name: "Refusal", code });

describe("a submission", () => {
  test("saves its facts and jobs together, and tells the new state", async () => {
    const { toRun, logOf, jobs, states } = createMemoryEngine();
    const { state, facts, repeated } = await toRun("r1", request);
    expect(facts.map(({ type }) => type)).toEqual(logOf("r1"));
    expect(logOf("r1")).toEqual(["run.requested", "plan.proposed", "run.started", "step.ready"]);
    expect(jobs).toMatchObject([{ name: "work-on-step", payload: { key: "code" } }]);
    expect(states.get("r1")).toEqual(state);
    expect({ seq: state.seq, repeated }).toEqual({ seq: 4, repeated: false });
  });

  test("that is refused saves nothing", async () => {
    const { toRun, log } = createMemoryEngine();
    await expect(toRun("r1", guide("hello"))).rejects.toThrow(refusal("not_found"));
    expect(log).toEqual([]);
  });

  test("without facts saves nothing, and tells the state", async () => {
    const { toRun, logOf } = createMemoryEngine();
    await toRun("r1", request);
    const { facts, state } = await toRun("r1", { type: "keep time" });
    expect(facts).toEqual([]);
    expect(state.status).toBe("running");
    expect(logOf("r1")).toHaveLength(4);
  });
});

describe("group commit", () => {
  test("what arrives while a stream's transaction is in flight shares the next one", async () => {
    const { toRun, hold, sizes, logOf } = createMemoryEngine();
    const release = hold();
    const all = [
      toRun("r1", request),
      toRun("r1", guide("a")),
      toRun("r1", guide("b")),
      toRun("r1", guide("c")),
    ];
    release();
    const results = await Promise.all(all);
    expect(sizes()).toEqual([1, 3]);
    expect(results.map(({ state }) => state.seq)).toEqual([4, 5, 6, 7]);
    expect(logOf("r1").slice(4)).toEqual(["run.guided", "run.guided", "run.guided"]);
  });

  test("runs two transactions at a time, and never two for one stream", async () => {
    const { toRun, hold, batches } = createMemoryEngine();
    const release = hold();
    const all = ["r1", "r1", "r2", "r3", "r2", "r4"].map((id, i) =>
      toRun(id, i === 1 || i === 4 ? guide("more") : request),
    );
    const streams = () => batches.map((batch) => batch.map(({ stream }) => stream.id));
    expect(streams()).toEqual([["r1"], ["r2"]]);
    release();
    const results = await Promise.all(all);
    expect(streams()).toEqual([["r1"], ["r2"], ["r1", "r3", "r4"], ["r2"]]);
    expect(results.map(({ state }) => state.seq)).toEqual([4, 5, 4, 4, 5, 4]);
  });

  test("carries at most 256, so that no batch holds its locks for long", async () => {
    const { toRun, sizes, logOf, rests } = createMemoryEngine();
    await toRun("r1", request);
    await rests();
    await Promise.all(Array.from({ length: 300 }, (_, i) => toRun("r1", guide(`${i}`))));
    expect(sizes()).toEqual([1, 1, 256, 43]);
    expect(logOf("r1")).toHaveLength(304);
  });

  test("applies the commands of one stream in arrival order", async () => {
    const { toRun, states } = createMemoryEngine();
    await toRun("r1", request);
    await Promise.all(["a", "b", "c", "d"].map((text) => toRun("r1", guide(text))));
    expect(states.get("r1")).toMatchObject({ guidance: ["a", "b", "c", "d"].map((text) => ({ text })) });
  });

  test("a refused command refuses alone", async () => {
    const { toRun, logOf, sizes } = createMemoryEngine();
    const settled = await Promise.allSettled([
      toRun("r1", request),
      toRun("r1", guide("a")),
      toRun("r1", request),
      toRun("r1", guide("b")),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(settled[2]).toMatchObject({ reason: refusal("wrong_state") });
    expect(sizes()).toEqual([1, 3]);
    expect(logOf("r1")).toHaveLength(6);
  });

  test("a bug hits only the submission that meets it", async () => {
    const { toRun, logOf } = createMemoryEngine();
    await toRun("r1", { ...request, plan: null });
    const settled = await Promise.allSettled([
      toRun("r1", guide("a")),
      toRun("r1", broken),
      toRun("r1", guide("b")),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(settled[1]).toMatchObject({ reason: expect.any(TypeError) });
    expect(logOf("r1")).toEqual(["run.requested", "run.guided", "run.guided"]);
  });

  test("two people at the same moment give one outcome", async () => {
    const { toQuestion, logOf } = createMemoryEngine();
    await toQuestion("c1", asking());
    const carol = { ...bob, id: "U03CAROL" };
    const settled = await Promise.allSettled([
      toQuestion("c1", reply("approve")),
      toQuestion("c1", reply("reject", { who: carol })),
      toQuestion("c1", reply("approve")),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(settled[1]).toMatchObject({ reason: refusal("already_settled") });
    expect(logOf("c1")).toEqual(["consultation.opened", "consultation.settled"]);
  });
});

describe("what may come twice", () => {
  test("happens once, and is told the state", async () => {
    const { toRun, logOf } = createMemoryEngine();
    await toRun("r1", request, "trigger-1");
    const again = await toRun("r1", request, "trigger-1");
    expect(again).toMatchObject({ repeated: true, facts: [], state: { status: "running" } });
    expect(logOf("r1")).toHaveLength(4);
  });

  test("happens once within one transaction, too", async () => {
    const { toRun, sizes, logOf, rests } = createMemoryEngine();
    await toRun("r1", request);
    await rests();
    const results = await Promise.all([
      toRun("r1", guide("first")),
      toRun("r1", guide("x"), "trigger-2"),
      toRun("r1", guide("x"), "trigger-2"),
    ]);
    expect(sizes()).toEqual([1, 1, 2]);
    expect(results.map(({ repeated }) => repeated)).toEqual([false, false, true]);
    expect(logOf("r1")).toHaveLength(6);
  });

  test("may be tried again when it was refused", async () => {
    const { toRun } = createMemoryEngine();
    await expect(toRun("r1", guide("x"), "trigger-3")).rejects.toThrow(Refusal);
    await toRun("r1", request);
    expect(await toRun("r1", guide("x"), "trigger-3")).toMatchObject({ repeated: false });
  });
});

describe("somebody else's streams", () => {
  const notFound = refusal("not_found");

  test("are not found", async () => {
    const { toRun, logOf } = createMemoryEngine();
    await toRun("r1", request);
    await expect(toRun("r1", guide("x"), undefined, "T02OTHER")).rejects.toThrow(notFound);
    expect(logOf("r1")).toHaveLength(4);
  });

  test("are not shown to whoever knows an id that was used there", async () => {
    const { toRun } = createMemoryEngine();
    await toRun("r1", request, "trigger-1");
    await expect(toRun("r1", guide("x"), "trigger-1", "T02OTHER")).rejects.toThrow(notFound);
  });

  test("can't be claimed before they begin", async () => {
    const { toRun, states } = createMemoryEngine();
    const settled = await Promise.allSettled([
      toRun("r0", request),
      toRun("r1", guide("x"), undefined, "T02OTHER"),
      toRun("r1", request),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(states.get("r1")?.workspaceId).toBe("T01LOCAL");
  });

  test("an id of another kind of thing is not found, and does no harm", async () => {
    const { toRun, toQuestion, logOf } = createMemoryEngine();
    await toQuestion("c1", asking());
    const settled = await Promise.allSettled([
      toRun("c1", { type: "cancel", reason: "x" }),
      toQuestion("c1", reply("approve")),
      toRun("c1", { type: "cancel", reason: "x" }),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected"]);
    expect(settled[2]).toMatchObject({ reason: notFound });
    expect(logOf("c1")).toEqual(["consultation.opened", "consultation.settled"]);
  });
});
