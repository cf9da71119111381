import { setImmediate } from "node:timers/promises";
import type { ConsultationCommand } from "#engine/consultation/decide.ts";
import { createEngine } from "#engine/engine.ts";
import type { RunCommand } from "#engine/run/commands.ts";
import { NOON } from "./given.ts";
import { createMemoryStore } from "./memory-store.ts";

/** An engine over a store in memory, at noon, with ids that count. */
export function createMemoryEngine(...faults: Parameters<typeof createMemoryStore>) {
  const memory = createMemoryStore(...faults);
  let ids = 0;
  const engine = createEngine({
    store: memory.store,
    clock: { now: () => NOON },
    newId: () => `i${++ids}`,
  });
  const toRun = (id: string, command: RunCommand, onceId?: string, workspaceId = "T01LOCAL") =>
    engine.submit({ kind: "run", id, workspaceId }, command, "person:U01ALICE", onceId);
  const toQuestion = (id: string, command: ConsultationCommand, onceId?: string, workspaceId = "T01LOCAL") =>
    engine.submit({ kind: "consultation", id, workspaceId }, command, "person:U02BOB", onceId);
  /** The types of a stream's facts, in order. */
  const logOf = (id: string) =>
    memory.log.filter(({ streamId }) => streamId === id).map(({ fact }) => fact.type);
  /** How many submissions each transaction carried. */
  const sizes = () => memory.batches.map((batch) => batch.length);
  /** Everything submitted is told, and the engine has noticed: what comes now begins a transaction of its own. */
  const rests = () => setImmediate();
  return { ...memory, engine, toRun, toQuestion, logOf, sizes, rests };
}
