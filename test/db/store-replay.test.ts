import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadRun } from "#db/load.ts";
import { Refusal } from "#engine/errors.ts";
import { apply } from "#engine/run/apply.ts";
import type { RunCommand } from "#engine/run/commands.ts";
import { noRun, type Run } from "#engine/run/run.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { anyPlan, anyThrow, toCommand } from "#test/support/random-command.ts";
import { engineOn, logOf, requestFor, toRun, WORKSPACE } from "#test/support/two-engines.ts";

const { url, sql } = await testDatabase();
const engines = [engineOn(url), engineOn(url)] as const;
const WORKER = randomUUID();

/** A worker's id is a UUID in the table; the dice know no such thing. */
function withWorker(command: RunCommand): RunCommand {
  if (command.type === "begin attempt") return { ...command, worker: WORKER };
  const next = "next" in command ? command.next : undefined;
  return next ? ({ ...command, next: { ...next, worker: WORKER } } as RunCommand) : command;
}

async function unlessRefused<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

test("the log of any run, written by two engines in turn, replays to exactly the rows", async () => {
  const game = fc.record({
    plan: anyPlan,
    throws: fc.array(anyThrow, { minLength: 20, maxLength: 120, size: "max" }),
  });
  await fc.assert(
    fc.asyncProperty(game, async ({ plan, throws }) => {
      const id = randomUUID();
      let run: Run = (await toRun(engines[0], id, requestFor(plan))).state;
      for (const [i, thrown] of throws.entries()) {
        const engine = thrown.which % 3 === 0 ? engines[1] : engines[0];
        const result = await unlessRefused(
          toRun(engine, id, withWorker(toCommand(run, thrown, `${id}-${i}`))),
        );
        run = result?.state ?? run;
      }
      const log = await logOf(sql, id);
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
      const replayed = log.reduce(
        (state, { body, at }) => apply(state, body, Number(at)),
        noRun(id, WORKSPACE),
      );
      expect(replayed).toEqual(run);
      expect(await loadRun(sql, WORKSPACE, id)).toEqual(replayed);
    }),
    { numRuns: 25 },
  );
});
