import { setTimeout as delay } from "node:timers/promises";
import { loadRun } from "#db/load.ts";
import { endingOf, hasEnded, type Run } from "#engine/run/run.ts";
import { progressOf } from "../slack/blocks/goal-words.ts";
import type { Office } from "./office.ts";
import type { Operator } from "./operator.ts";
import type { Common } from "./options.ts";
import { print } from "./print.ts";
import { toGoal } from "./wire.ts";

const LOOK_EVERY_MS = 300;
/** As a shell has it for a command that was ended by Ctrl-C. */
const INTERRUPTED = 130;

/** Tells how a run goes until it has ended; its exit code is 0 only where the goal was reached. Ctrl-C ends the waiting, not the run. */
export async function waitForEnd(
  operator: Operator,
  office: Office,
  begun: Run,
  options: Common,
): Promise<void> {
  const left = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) operator.onSignal(signal, () => left.abort());
  let run = begun;
  let told = "";
  while (!hasEnded(run) && !left.signal.aborted) {
    const now = progressOf(run);
    if (now !== told && !options.json) operator.stdout.write(`${now}\n`);
    told = now;
    await pause(left.signal);
    run = (await loadRun(office.sql, office.workspaceId, run.id)) ?? run;
  }
  print(operator, options, { value: toGoal(run), lines: [lastLineOf(run)] });
  if (run.status !== "succeeded") operator.endWith(hasEnded(run) ? 1 : INTERRUPTED);
}

/** Ends early when nobody waits any more. */
const pause = (signal: AbortSignal): Promise<unknown> =>
  delay(LOOK_EVERY_MS, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });

function lastLineOf(run: Run): string {
  const number = `g${run.brief?.goalNumber}`;
  if (!hasEnded(run)) return `${number} goes on: ./countersign run show ${number}`;
  return `${number} ${endingOf(run)}${run.reason === null ? "" : `: ${run.reason}`}`;
}
