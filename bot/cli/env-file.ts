import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { StartFailure } from "#engine/errors.ts";
import { TOKEN_FILES, type Tokens } from "./tokens.ts";

/**
 * Puts the tokens into `.env`, in place of those that were there, and keeps every other line. The file is its owner's
 * alone (mode 600), and never half written. Resolves to its full path. Throws `StartFailure` where it can't be written.
 */
export function writeSettings(path: string, tokens: Tokens): string {
  try {
    const before = readIfThere(path);
    const real = before === null ? path : realpathSync(path);
    const making = `${real}.new-${process.pid}`;
    try {
      writeFileSync(making, withTokens(before ?? "", tokens), { mode: 0o600, flag: "wx" });
      renameSync(making, real);
    } finally {
      rmSync(making, { force: true });
    }
    return real;
  } catch (cause) {
    throw new StartFailure(`${path} can't be written (${codeOf(cause)}): make it writable for this user.`, {
      cause,
    });
  }
}

function withTokens(before: string, tokens: Tokens): string {
  const names = TOKEN_FILES.map(({ name }) => name);
  const old = new RegExp(`^\\s*(export\\s+)?(${names.join("|")})\\s*=`);
  const others = before
    .replace(/\n+$/, "")
    .split("\n")
    .filter((line) => !old.test(line));
  const kept = others.length === 1 && others[0] === "" ? [] : others;
  const ours = names.flatMap((name) => (tokens[name] === undefined ? [] : [`${name}=${tokens[name]}`]));
  return `${[...kept, ...ours].join("\n")}\n`;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);
