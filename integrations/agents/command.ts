import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Agent, Assignment, Outcome, Report } from "#engine/agent/agent.ts";
import { OutsideFailure, Refusal } from "#engine/errors.ts";
import { endLeftoversOf, processesOf } from "../processes/end-group.ts";
import type { Environment } from "../processes/environment.ts";
import { type CommandEnd, runCommand } from "../processes/run-command.ts";
import type { Workspaces } from "../workspaces/workspaces.ts";
import type { Workspace } from "../workspaces/worktree.ts";
import { toFailure, toOutput } from "./command-outcome.ts";
import { readOutputValues } from "./output-values.ts";
import { stepEnvironment } from "./step-environment.ts";

/** Enough for what test runners say at their end; cards keep less. */
const CAP_BYTES = 200_000;

type Needs = {
  readonly workspaces: Workspaces;
  /** This process's own environment. A command gets a short list of it: see `commandEnvironment`. */
  readonly environment: Environment;
  readonly log: (line: string) => void;
};

/**
 * Works on steps of kind "command": runs their shell line in the run's worktree, or in a folder of the run's own where
 * there is no project. The exit code decides; what the command printed says why.
 */
export function createCommandAgent(needs: Needs): Agent {
  return async (assignment, report, signal) => {
    if (assignment.step.agent.kind !== "command")
      throw new Error(`A command cannot do a ${assignment.step.agent.kind} step.`);
    try {
      return await work(needs, assignment, assignment.step.agent.run, { report, signal });
    } catch (error) {
      return toEnd(error, signal);
    }
  };
}

/** How an attempt ends that trouble outside has ended. Throws again what is nobody's trouble but ours. */
export function toEnd(error: unknown, signal: AbortSignal): Outcome {
  if (error instanceof Refusal) return { kind: "failed", reason: error.message, again: false };
  if (error instanceof OutsideFailure) {
    const { message, retryAfterMs } = error;
    return {
      kind: "failed",
      reason: message,
      again: true,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  if (signal.aborted) return { kind: "failed", reason: "Stopped before it was finished.", again: true };
  throw error;
}

type Watch = { readonly report: Report; readonly signal: AbortSignal };

async function work(needs: Needs, assignment: Assignment, line: string, watch: Watch): Promise<Outcome> {
  const { step, runId } = assignment;
  const until = performance.now() + step.timeoutMs;
  const workspace = await orStopped(openWorkspace(needs, assignment), watch.signal);
  const cwd = workspace?.path ?? (await needs.workspaces.openFolder(runId));
  const own = await mkdtemp(join(tmpdir(), "countersign-step-"));
  try {
    const outputFile = join(own, "output");
    await writeFile(outputFile, "");
    const end = await run(needs, assignment, { line, cwd, outputFile, until }, watch);
    if (end.exitCode !== 0 || end.timedOut || end.aborted) return toFailure(end, step.timeoutMs);
    const change = workspace && (await needs.workspaces.change(workspace));
    return { kind: "finished", output: toOutput(end, change, await readOutputValues(outputFile)) };
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function openWorkspace(needs: Needs, assignment: Assignment): Promise<Workspace | null> {
  const { project, runId, branch, attempt } = assignment;
  if (!project) return null;
  const workspace = await needs.workspaces.open({ project, runId, branch });
  if (attempt > 1) await clearUp(needs, workspace, assignment);
  return workspace;
}

/** A far side may take minutes to be fetched. What was begun goes on by itself, and is found by the next attempt. */
async function orStopped<T>(opening: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([opening, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

type Line = {
  readonly line: string;
  readonly cwd: string;
  readonly outputFile: string;
  /** When the step's time is up, by `performance.now()`: making the workspace counts. */
  readonly until: number;
};

async function run(
  { environment }: Needs,
  assignment: Assignment,
  { line, cwd, outputFile, until }: Line,
  { report, signal }: Watch,
): Promise<CommandEnd> {
  const { runId, step, lease } = assignment;
  const env = stepEnvironment(environment, assignment, outputFile);
  const binary = Object.keys(env).find((name) => env[name]?.includes("\0"));
  if (binary !== undefined)
    throw new Refusal("bad_input", `$${binary} holds a NUL character, which no environment can carry.`);
  try {
    return await runCommand({
      ...{ line, cwd, env, signal, capBytes: CAP_BYTES },
      timeoutMs: Math.max(1, until - performance.now()),
      onGroup: (group) => report.processStarted(group),
      onLine: (newest) => report.note(newest),
    });
  } finally {
    // What left its group must not outlive the attempt. Not the step's: if we were paused, the next attempt is at work.
    await endLeftoversOf({ runId, stepKey: step.key, lease });
  }
}

/**
 * What an earlier attempt left behind is ended and kept aside. Steps of a run may work side by side: then what is in the
 * worktree may be the other one's, and stays.
 */
async function clearUp(
  { workspaces, log }: Needs,
  workspace: Workspace,
  assignment: Assignment,
): Promise<void> {
  const { runId, step, attempt, goal } = assignment;
  await endLeftoversOf({ runId, stepKey: step.key });
  const others = await processesOf({ runId });
  if (others.length > 0) {
    log(
      `${workspace.path} is not cleaned up before attempt ${attempt} at ${step.key}: another step works in it.`,
    );
    return;
  }
  await workspaces.setAside(workspace, `g${goal.number}-${runId.slice(0, 8)}-${step.key}-${attempt - 1}`);
}
