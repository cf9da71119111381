import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import type { ProcessGroup } from "#engine/agent/agent.ts";
import { OutsideFailure } from "#engine/errors.ts";
import { endGroup, GRACE_MS, signalGroup } from "./end-group.ts";
import { createOutput, type Output } from "./output.ts";
import { type OutputPipe, openOutputPipe } from "./output-pipe.ts";
import { readProcess } from "./process-table.ts";

/** A shell line and all that surrounds it. `env` is complete: nothing of ours is added to it. */
export type CommandLine = {
  readonly line: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Awaited before the line begins. When it rejects the line never begins, and `runCommand` rejects with the same. */
  readonly onGroup: (group: ProcessGroup) => Promise<void>;
  /** Each line as it is printed, without escape sequences; empty ones are left out. */
  readonly onLine: (line: string) => void;
  /** How much of the end of the output is kept. */
  readonly capBytes: number;
};

/** How a command ended. One of `exitCode` and `signal` is null. */
export type CommandEnd = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  readonly aborted: boolean;
  /** What it printed on both outputs, in its order: the end of it, and first how much was cut. */
  readonly output: string;
  readonly cutBytes: number;
  readonly tookMs: number;
};

/** Waits for a word from us. When we die first, `read` fails and nothing begins. */
const START = 'read -r _ <&3 || exit 125; exec 3<&-; exec sh -c "$1"';
/** How long output that was already written may take to arrive after its writer has ended. */
const DRAIN_MS = 100;

/**
 * Runs a shell line in a process group of its own, without input. Ended by `signal` or its time limit with SIGTERM and
 * one second later SIGKILL to the whole group; what a command leaves running in its group ends with it. Never longer
 * than two seconds from the signal to the end. Throws `OutsideFailure` when the shell cannot be started.
 */
export async function runCommand(command: CommandLine): Promise<CommandEnd> {
  const began = performance.now();
  if (command.signal.aborted) return neverBegan(began);
  const pipe = await openOutputPipe();
  const output = createOutput(command.capBytes, command.onLine);
  pipe.reader.on("data", (chunk: Buffer) => output.take(chunk));
  const closed = new Promise<void>((resolve) => pipe.reader.once("close", () => resolve()));
  try {
    const child = start(command, pipe);
    const ended = endOf(child, command);
    const why = await supervise(child, ended, command);
    await endRest(child, pipe.reader, closed);
    output.end();
    return { ...(await ended), ...why, ...report(output), tookMs: since(began) };
  } finally {
    pipe.reader.destroy();
  }
}

function start({ line, cwd, env }: CommandLine, pipe: OutputPipe): ChildProcess {
  try {
    const stdio = ["ignore", pipe.writeFd, pipe.writeFd, "pipe"] as const;
    return spawn("sh", ["-c", START, "sh", line], { cwd, env, detached: true, stdio: [...stdio] });
  } finally {
    pipe.closeWriteEnd();
  }
}

type ChildEnd = Pick<CommandEnd, "exitCode" | "signal">;

function endOf(child: ChildProcess, { cwd }: CommandLine): Promise<ChildEnd> {
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
    child.once("error", (cause) =>
      reject(
        new OutsideFailure("command", `No shell could be started in ${cwd}: ${cause.message}.`, { cause }),
      ),
    );
  });
  ended.catch(() => {}); // whoever awaits it hears of it; until then it must not bring the process down
  return ended;
}

/** Lets the line begin, and ends its group when it must not go on. */
async function supervise(
  child: ChildProcess,
  ended: Promise<ChildEnd>,
  command: CommandLine,
): Promise<Pick<CommandEnd, "timedOut" | "aborted">> {
  if (child.pid === undefined) {
    await ended;
    throw new OutsideFailure("command", "No shell could be started.");
  }
  const groupId = child.pid;
  await begin(child, groupId, command);
  const cut = Promise.withResolvers<"aborted" | "timed out">();
  const onAbort = () => cut.resolve("aborted");
  const limit = setTimeout(() => cut.resolve("timed out"), command.timeoutMs);
  command.signal.addEventListener("abort", onAbort, { once: true });
  if (command.signal.aborted) onAbort();
  try {
    const first = await Promise.race([ended.then(() => "ended" as const), cut.promise]);
    if (first !== "ended") {
      await endGroup(groupId);
      await ended;
    }
    return { timedOut: first === "timed out", aborted: first === "aborted" };
  } finally {
    clearTimeout(limit);
    command.signal.removeEventListener("abort", onAbort);
  }
}

async function begin(child: ChildProcess, groupId: number, { onGroup }: CommandLine): Promise<void> {
  const start = child.stdio[3] as Writable;
  start.on("error", () => {}); // it was ended before it began: its exit says so
  try {
    const leader = await readProcess(groupId);
    if (leader) await onGroup({ groupId, startTime: leader.startTime });
    start.end("\n");
  } catch (error) {
    signalGroup(groupId, "SIGKILL");
    throw error;
  }
}

/**
 * Ends what the command left running in its group, and takes what is still in the pipe. Whoever left the group and holds
 * the pipe open is not waited for.
 */
async function endRest(child: ChildProcess, reader: Socket, closed: Promise<void>): Promise<void> {
  if (child.pid !== undefined) await endGroup(child.pid, GRACE_MS / 2);
  await within(closed, DRAIN_MS);
  reader.destroy();
}

async function within(closed: Promise<void>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const limit = setTimeout(() => resolve(false), ms);
  void closed.then(() => resolve(true));
  return promise.finally(() => clearTimeout(limit));
}

const report = (output: Output) => ({ output: output.tail(), cutBytes: output.cutBytes });

const since = (began: number): number => Math.round(performance.now() - began);

const neverBegan = (began: number): CommandEnd => ({
  ...{ exitCode: null, signal: null, timedOut: false, aborted: true },
  ...{ output: "", cutBytes: 0, tookMs: since(began) },
});
