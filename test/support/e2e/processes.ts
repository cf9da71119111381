import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const LOCAL_SLACK = fileURLToPath(import.meta.resolve("#integrations/local-slack/main.ts"));
const READY = /^Countersign is ready: (http:\/\/\S+)$/;
const Ready = z.object({
  port: z.int().positive(),
  botToken: z.string(),
  signingSecret: z.string(),
  appToken: z.string(),
});

/** A child of ours: `kill` sends a signal to it alone, `end` makes sure that it is gone. */
type Child = {
  readonly pid: number;
  kill(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGTERM"): void;
  /** Kills it where it still lives. Resolves when it is gone. */
  end(): Promise<void>;
};

/** A local-slack in a process of its own. */
export type SlackProcess = Child & { readonly url: string; readonly credentials: z.infer<typeof Ready> };

/** Starts one that keeps its things in `dir` and sends to this address. */
export async function startSlackProcess(dir: string, requestUrl: string): Promise<SlackProcess> {
  const args = [LOCAL_SLACK, "--dir", dir, "--request-url", requestUrl];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const line = await firstLine(child, () => true);
  const credentials = Ready.parse(JSON.parse(line));
  return { ...toChild(child), url: `http://127.0.0.1:${credentials.port}`, credentials };
}

/** The bot in a process of its own, as an operator starts it; `lines` are its log. */
export type BotProcess = Child & { readonly url: string; readonly lines: readonly string[] };

/** Runs `./countersign start` with exactly this environment. Resolves when it says that it is ready. */
export async function startBotProcess(
  env: Readonly<Record<string, string>>,
  roles: readonly string[] = [],
): Promise<BotProcess> {
  const { DATA_DIR: dir = "." } = env;
  const args = ["-C", dir, "start", ...(roles.length > 0 ? ["--roles", roles.join(",")] : [])];
  const child = spawn(`${ROOT}countersign`, args, {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
  const line = await firstLine(child, (one) => READY.test(one)).catch((error) => {
    throw new Error(`The bot did not start: ${lines.join("\n")}`, { cause: error });
  });
  return { ...toChild(child), url: READY.exec(line)?.[1] ?? "", lines };
}

/** A port that nobody uses at this moment, so that a bot comes back under the same address. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function firstLine(child: ChildProcess, fits: (line: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) throw new Error("Its output goes elsewhere.");
    createInterface({ input: child.stdout }).on("line", (line) => fits(line) && resolve(line));
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`It ended early: ${code ?? signal}.`)));
  });
}

function toChild(child: ChildProcess): Child {
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    kill: (signal) => void child.kill(signal),
    async end() {
      if (isGone()) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
