import { accessSync, constants } from "node:fs";
import { delimiter, join, resolve, sep } from "node:path";

/** Names and values, as a process is given them. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PASSED_ON = ["HOME", "LANG", "TZ", "TMPDIR", "USER", "SHELL"];
const FALLBACK_PATH = "/usr/local/bin:/usr/bin:/bin";
const CHECKOUT = resolve(import.meta.dirname, "../..");

/**
 * What a command gets to see: a short list of the parent's variables, and what is added. No token, key or `DATABASE_URL`
 * of ours can be among them, because nothing passes that is not on the list (issue 2, point 7).
 */
export function commandEnvironment(parent: Environment, added: Environment = {}): Record<string, string> {
  const passed = Object.entries(parent).filter(
    ([name]) => PASSED_ON.includes(name) || name.startsWith("LC_"),
  );
  const all = [
    ...passed,
    ["PATH", commandPath(parent["PATH"] ?? FALLBACK_PATH, CHECKOUT)] as const,
    ["TERM", "dumb"] as const,
    ["CI", "1"] as const,
    ...Object.entries(added),
  ];
  return Object.fromEntries(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/**
 * The parent's PATH without what npm put there for our own checkout: a command must find its own tools, not ours. Only
 * where no other folder has a `node` ours is kept, as the last one.
 */
export function commandPath(path: string, checkout: string): string {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  const others = folders.filter((folder) => !isOurs(folder, checkout));
  if (others.some(hasNode)) return others.join(delimiter);
  const ours = folders.filter((folder) => isOurs(folder, checkout)).find(hasNode);
  return (ours === undefined ? others : [...others, ours]).join(delimiter);
}

/** `npm run` adds `node_modules/.bin` of the checkout and of every folder above it. */
function isOurs(folder: string, checkout: string): boolean {
  const full = resolve(folder);
  if (full.startsWith(join(checkout, "node_modules") + sep)) return true;
  if (full.endsWith(join("@npmcli", "run-script", "lib", "node-gyp-bin"))) return true;
  const holder = full.endsWith(join(sep, "node_modules", ".bin")) ? resolve(full, "../..") : null;
  return holder !== null && (holder === checkout || holder === sep || checkout.startsWith(holder + sep));
}

function hasNode(folder: string): boolean {
  try {
    accessSync(join(folder, "node"), constants.X_OK);
    return true;
  } catch {
    return false; // the one way to ask whether a file can be run
  }
}
