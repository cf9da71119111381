import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { StepOutput } from "#engine/agent/agent.ts";
import { ROLES } from "#engine/run/plan.ts";
import { createRehearsalAgent } from "#integrations/agents/rehearsal.ts";
import { keptNotes, modelStep } from "#test/support/model-step.ts";

const played = (role: (typeof ROLES)[number], lastsMs: number) =>
  modelStep({ step: { ...modelStep().step, agent: { kind: "rehearsal", role, lastsMs } } });
const never = new AbortController().signal;

describe("the rehearsal agent", () => {
  it.each(ROLES)("plays a %s for as long as the step lasts, and claims nothing", async (role) => {
    const waited: number[] = [];
    const { notes, report } = keptNotes();
    const agent = createRehearsalAgent({ wait: async (ms) => waited.push(ms) });
    const outcome = await agent(played(role, 3_000), report, never);
    expect(outcome).toEqual({ kind: "finished", output: { summary: "Rehearsed: nothing was changed" } });
    expect(outcome.kind === "finished" && StepOutput.parse(outcome.output)).toBeTruthy();
    expect(waited.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(3_000);
    expect(notes.length).toBe(waited.length);
    expect(notes.every((note) => note.startsWith("Rehearsal: would "))).toBe(true);
  });

  it("stops at once when its signal fires", async () => {
    const stop = new AbortController();
    const { notes, report } = keptNotes();
    const agent = createRehearsalAgent({ wait: (ms, signal) => wait(ms, undefined, { signal }) });
    const playing = agent(played("coder", 60_000), report, stop.signal);
    await expect.poll(() => notes.length).toBe(1);
    stop.abort();
    expect(await playing).toMatchObject({ kind: "failed", again: true });
  });
});
