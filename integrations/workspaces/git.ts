import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { OutsideFailure } from "#engine/errors.ts";
import type { Environment } from "../processes/environment.ts";

/** How git ended. `cut`: it printed more than was asked for, and was stopped. */
type GitEnd = {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly cut: boolean;
};

type GitOptions = {
  readonly timeoutMs?: number;
  /** Reads at most so many bytes of the output, and stops git then. */
  readonly capBytes?: number;
  readonly input?: string;
  readonly env?: Environment;
};

/** Git as Countersign uses it for itself: no prompts, no hooks, no pager, no user needed, only the protocols we allow. */
export type Git = {
  /** The output without its last line break. Throws `OutsideFailure` with git's own sentence. */
  (folder: string, args: readonly string[], options?: GitOptions): Promise<string>;
  /** The same for questions that git answers by its exit code. Throws only when git cannot run, or takes too long. */
  ask(folder: string, args: readonly string[], options?: GitOptions): Promise<GitEnd>;
};

const TIMEOUT_MS = 60_000;
const CAP_BYTES = 64_000_000;
const LOCKED_FOR_MS = 10_000;

/** What of the parent's environment git needs: to find itself, the person's credentials, and the way out. */
const PASSED_ON = [
  ...[
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "SSH_AUTH_SOCK",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
  ],
  ...["GIT_SSL_CAINFO", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY"],
];

const ALWAYS = {
  GIT_TERMINAL_PROMPT: "0",
  GIT_ALLOW_PROTOCOL: "https:ssh",
  GIT_OPTIONAL_LOCKS: "0",
  LC_ALL: "C",
  ...identity("GIT_AUTHOR"),
  ...identity("GIT_COMMITTER"),
};

/** Who commits for Countersign, by environment: no git config of anybody is needed. */
export const GIT_IDENTITY: Readonly<Record<string, string>> = {
  ...identity("GIT_AUTHOR"),
  ...identity("GIT_COMMITTER"),
};

const CONFIG = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "safe.bareRepository=all",
  "core.quotePath=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "commit.gpgSign=false",
  "tag.gpgSign=false",
  "advice.detachedHead=false",
  "http.lowSpeedLimit=100",
  "http.lowSpeedTime=60",
].flatMap((setting) => ["-c", setting]);

/** Git with the environment of this process, handed in. A lock of somebody else is waited for, up to ten seconds. */
export function createGit(parent: Environment): Git {
  const ssh =
    (parent["GIT_SSH_COMMAND"] ?? parent["GIT_SSH"]) ? {} : { GIT_SSH_COMMAND: "ssh -oBatchMode=yes" };
  const passed = Object.fromEntries(PASSED_ON.map((name) => [name, parent[name]]));
  const base = { ...passed, ...ssh, ...ALWAYS };

  async function ask(folder: string, args: readonly string[], options: GitOptions = {}): Promise<GitEnd> {
    const until = performance.now() + LOCKED_FOR_MS;
    for (;;) {
      const end = await runGit(folder, args, { ...options, env: { ...base, ...options.env } });
      if (end.code === 0 || end.cut || !isPassing(end.err) || performance.now() > until) return end;
      await wait(50 + Math.random() * 200);
    }
  }

  async function git(folder: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
    const end = await ask(folder, args, options);
    if (end.code === 0 || end.cut) return end.out.replace(/\n$/, "");
    throw new OutsideFailure("git", `git ${args[0]} failed: ${toSentence(end.err)}`);
  }

  return Object.assign(git, { ask });
}

function runGit(folder: string, args: readonly string[], options: GitOptions): Promise<GitEnd> {
  const { timeoutMs = TIMEOUT_MS, capBytes = CAP_BYTES, input, env } = options;
  const { promise, resolve, reject } = Promise.withResolvers<GitEnd>();
  const child = spawn("git", [...CONFIG, ...args], { cwd: folder, env: { ...env }, detached: true });
  // Its helpers for ssh and https are children of git: only the whole group ends them.
  const end = () => child.pid !== undefined && child.exitCode === null && process.kill(-child.pid, "SIGKILL");
  const limit = setTimeout(() => {
    end();
    reject(
      new OutsideFailure("git", `git ${args[0]} took longer than ${timeoutMs / 1_000} s and was ended.`),
    );
  }, timeoutMs);
  const out = collect(child.stdout, capBytes, end);
  const err = collect(child.stderr, 20_000, () => {});
  child.stdin.on("error", () => {}); // git may end without reading; its exit code says why
  child.stdin.end(input ?? "");
  child.once("error", (cause) =>
    reject(new OutsideFailure("git", `git could not be started in ${folder}: ${cause.message}.`, { cause })),
  );
  child.once("close", (code) =>
    resolve({ code: code ?? 128, out: out.text(), err: err.text(), cut: out.isCut() }),
  );
  return promise.finally(() => clearTimeout(limit));
}

function collect(stream: NodeJS.ReadableStream, capBytes: number, onFull: () => void) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    if (bytes > capBytes) return;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > capBytes) onFull();
  });
  return {
    text: () => new TextDecoder().decode(Buffer.concat(chunks).subarray(0, capBytes)),
    isCut: () => bytes > capBytes,
  };
}

function identity(who: string) {
  return { [`${who}_NAME`]: "Countersign", [`${who}_EMAIL`]: "countersign@localhost" };
}

/** Somebody else is at work in the repository: it passes. Git also stumbles over a worktree that is being added. */
const isPassing = (err: string): boolean =>
  /\.lock': File exists|cannot lock ref|could not lock|another git process|failed to read worktrees\//i.test(
    err,
  );

/** What git said, as a sentence: its `fatal:` or `error:` line, without credentials. */
function toSentence(err: string): string {
  const lines = err.split("\n").filter((line) => line.trim() !== "");
  const telling =
    lines.findLast((line) => /^(fatal|error|ERROR):/.test(line)) ?? lines.at(-1) ?? "it said nothing";
  return withoutCredentials(telling.replace(/^(fatal|error|ERROR): /, "")).replace(/\.?$/, ".");
}

/** A URL, or a text with URLs in it, without user names and passwords. */
export const withoutCredentials = (text: string): string => text.replace(/(\/\/)[^/@\s]*@/g, "$1");
