import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Problem } from "./problem.ts";
import { NAMES, type Name } from "./variables.ts";
import { type Agents, readYaml, YAML } from "./yaml.ts";

/** What was set, where, before anybody looked whether it makes sense. */
export type Settings = {
  readonly texts: ReadonlyMap<Name, { readonly text: string; readonly from: string }>;
  readonly agents: Agents;
  /** As the yaml file has it. */
  readonly projects: unknown;
  readonly problems: readonly Problem[];
};

/**
 * Gathers the settings: the environment wins over `.env`, which wins over `countersign.yaml`, both in `dir`. An empty
 * value is unset.
 */
export function gatherSettings(env: Readonly<Record<string, string | undefined>>, dir: string): Settings {
  const problems: Problem[] = [];
  const file = readText(join(dir, ".env"), problems);
  const yaml = readYaml(readText(join(dir, YAML), problems) ?? "", problems);
  const texts = new Map<Name, { text: string; from: string }>();
  const sources = [
    { from: YAML, values: yaml.values },
    { from: ".env", values: file === null ? {} : parseEnv(file) },
    { from: "the environment", values: env },
  ];
  for (const { from, values } of sources)
    for (const name of NAMES) {
      const text = values[name]?.trim();
      if (text) texts.set(name, { text, from });
    }
  return { texts, agents: yaml.agents, projects: yaml.projects, problems };
}

function readText(path: string, problems: Problem[]): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    problems.push({
      name: path,
      sentence: `cannot be read (${String(error)}): make it readable, or remove it.`,
    });
    return null;
  }
}
