import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Git as somebody on this machine uses it, without their settings; the output without its last line break. */
export function git(folder: string, ...args: readonly string[]): string {
  const who = { NAME: "Alice", EMAIL: "alice@example.com" };
  const env = {
    PATH: process.env["PATH"],
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    ...Object.fromEntries(
      Object.entries(who).flatMap(([key, value]) => [
        [`GIT_AUTHOR_${key}`, value],
        [`GIT_COMMITTER_${key}`, value],
      ]),
    ),
  };
  return execFileSync("git", ["-C", folder, ...args], { env, encoding: "utf8" }).trimEnd();
}

/** Writes files, by their path, and commits everything; gives the commit. */
export function commitFiles(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    if (path.endsWith(".sh")) chmodSync(join(folder, path), 0o755);
  }
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message", `Change ${Object.keys(files).join(", ")}`);
  return git(folder, "rev-parse", "HEAD");
}

/** A new repository with these files in one commit. */
export function makeRepository(folder: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true });
  git(folder, "init", "--quiet", "--template=", "--initial-branch=main");
  commitFiles(folder, files);
  return folder;
}

/** The commit that a tag is on; null where there is no such tag. */
export function tagged(folder: string, tag: string): string | null {
  const found = git(folder, "for-each-ref", "--format=%(objectname) %(*objectname)", `refs/tags/${tag}`);
  return found === "" ? null : (found.split(" ").filter(Boolean).at(-1) ?? null);
}
