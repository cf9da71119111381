import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const COMMAND = fileURLToPath(new URL("../../countersign", import.meta.url));

/** What a command of the operator's needs: a folder for its settings, and nothing else of ours in its environment. */
export type Where = {
  /** Holds `.env` and, unless DATA_DIR is set, the data. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where the operator stands; `home` where nothing is said. */
  readonly dir?: string;
};

/** How a command ended. */
export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs `./countersign …` as an operator does, without a terminal, until it ends. */
export async function countersign(where: Where, ...args: readonly string[]): Promise<Ended> {
  const child = start(where, args);
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  return { code: child.exitCode, stdout, stderr };
}

/** The same with `--json`, where it is expected to go well: what it printed, parsed. */
export async function countersignJson(where: Where, ...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await countersign(where, ...args, "--json");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
}

/** A command that goes on until it is told to stop. */
export type Running = ReturnType<typeof startCountersign>;

/** Starts one. `end` makes sure that it is gone. */
export function startCountersign(where: Where, ...args: readonly string[]) {
  const child = start(where, args);
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    said.stdout += more;
  });
  child.stderr.setEncoding("utf8").on("data", (more: string) => {
    said.stderr += more;
  });
  const ended = once(child, "close").then(() => ({
    ...said,
    code: child.exitCode,
    signal: child.signalCode,
  }));
  return {
    said,
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Resolves to the address once it says that it is ready. Throws what it said instead where it ends before. */
    async ready(): Promise<string> {
      const find = () => /^Countersign is ready: (http:\S+?)(?:\/local)?$/m.exec(said.stdout)?.[1];
      const gone = ended.then(({ stderr }) => {
        throw new Error(`It ended before it was ready: ${stderr}`);
      });
      const found = expect.poll(find, { timeout: 60_000 }).toBeDefined();
      await Promise.race([found, gone]);
      return find() ?? "";
    },
    async end(): Promise<void> {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function start({ home, env = {}, dir = home }: Where, args: readonly string[]) {
  return spawn(COMMAND, ["-C", home, ...args], {
    cwd: dir,
    env: { PATH: process.env["PATH"], HOME: home, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
