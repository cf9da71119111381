import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";

const ROOT = join(import.meta.dirname, "../..");
const Manifest = z.looseObject({ dependencies: z.record(z.string(), z.string()).default({}) });

/** A project of somebody who has installed the sdk and nothing else. */
export type SdkProject = {
  readonly dir: string;
  write(path: string, text: string): string;
  remove(): void;
};

/** Builds the sdk with tsc, as `npm run build:sdk` does, into a project outside of our repository. */
export function makeSdkProject(): SdkProject {
  const dir = mkdtempSync(join(tmpdir(), "countersign-sdk-"));
  const modules = join(dir, "node_modules");
  const sdk = join(modules, "@countersign/sdk");
  mkdirSync(sdk, { recursive: true });
  const tsc = join(ROOT, "node_modules/.bin/tsc");
  execFileSync(tsc, ["-p", join(ROOT, "sdk"), "--outDir", join(sdk, "dist")], { stdio: "pipe" });
  cpSync(join(ROOT, "sdk/package.json"), join(sdk, "package.json"));
  for (const name of Object.keys(dependenciesOf(sdk))) install(name, modules);
  const write = (path: string, text: string): string => {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  write("package.json", JSON.stringify({ name: "somebody-elses", type: "module" }));
  return { dir, write, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** What `npm install` would put there: the package and what it needs. */
function install(name: string, modules: string): void {
  const from = join(ROOT, "node_modules", name);
  cpSync(from, join(modules, name), { recursive: true });
  for (const needed of Object.keys(dependenciesOf(from))) install(needed, modules);
}

const dependenciesOf = (folder: string) =>
  Manifest.parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).dependencies;
