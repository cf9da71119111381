import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** Null where this machine has the program, else why a test that needs it is skipped. */
export const lacks = (program: string): string | null =>
  spawnSync(program, ["--version"]).status === 0 ? null : `skipped: no ${program} on this machine`;

/** What a program that has ended said. */
export type Ended = { readonly status: number | null; readonly out: string; readonly err: string };

/** A program of `examples/` that runs. */
export type Running = {
  readonly child: ChildProcess;
  /** What it has said so far, on both of its outputs. */
  said(): string;
  readonly ended: Promise<Ended>;
  /** Kills it and what it has started, and resolves when it is gone. */
  kill(): Promise<void>;
};

/** Starts it, as somebody at a terminal would, in the repository's folder unless told another, with nothing in its environment but this. */
export function runExample(
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  folder = ROOT,
): Running {
  const child = spawn(program, args, {
    ...{ cwd: folder, env: { PATH: process.env["PATH"] ?? "", ...env } },
    // A group of its own, so that what a shell has started ends with it.
    ...{ stdio: ["ignore", "pipe", "pipe"], detached: true },
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = once(child, "close").then(([status]) => ({ status: status as number | null, out, err }));
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.pid)
      process.kill(-child.pid, "SIGKILL");
    await ended;
  };
  return { child, kill, said: () => out + err, ended };
}
