import { parseDocument } from "yaml";
import { z } from "zod";
import { nearest } from "./nearest.ts";
import type { Problem } from "./problem.ts";
import { NAMES, type Name } from "./variables.ts";

/** The name of the file. */
export const YAML = "countersign.yaml";

/** Limits by kind of agent, as the yaml file has them. */
export type Agents = { readonly [Kind in AgentKind]?: { readonly maxConcurrent: number } };

const SECTIONS = ["agents", "projects"];
const AGENT_KINDS = ["model", "command", "cli", "remote", "person"] as const;
/** A kind of agent that can be limited. */
type AgentKind = (typeof AGENT_KINDS)[number];

type Yaml = {
  readonly values: Partial<Record<Name, string>>;
  readonly agents: Agents;
  /** The section of that name, as it is written. */
  readonly projects: unknown;
};

/** What the file holds: variables by their name in upper or lower case, the limits of agents, and settings of projects. */
export function readYaml(text: string, problems: Problem[]): Yaml {
  const entries = parse(text, problems);
  const values: Partial<Record<Name, string>> = {};
  for (const [key, value] of Object.entries(entries)) {
    if (SECTIONS.includes(key)) continue;
    const name = NAMES.find((known) => known === key || inLowerCase(known) === key);
    if (!name) problems.push(unknownKey(key, [...NAMES.map(inLowerCase), ...SECTIONS]));
    else if (values[name] !== undefined)
      problems.push({ name, sentence: `is set twice in ${YAML}: keep one of the lines.` });
    else setValue(values, name, value, problems);
  }
  return { values, agents: readAgents(entries["agents"], problems), projects: entries["projects"] };
}

function inLowerCase(name: string): string {
  return name.toLowerCase();
}

function parse(text: string, problems: Problem[]): Readonly<Record<string, unknown>> {
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken) {
    problems.push({ name: YAML, sentence: `is not valid YAML: ${broken.message.split("\n")[0]}` });
    return {};
  }
  const entries = z.record(z.string(), z.unknown()).safeParse(document.toJS() ?? {});
  if (!entries.success) problems.push({ name: YAML, sentence: "must hold lines such as `port: 3000`." });
  return entries.data ?? {};
}

function setValue(
  values: Partial<Record<Name, string>>,
  name: Name,
  value: unknown,
  problems: Problem[],
): void {
  if (value === null) return;
  if (typeof value === "string" || typeof value === "number") values[name] = String(value);
  else problems.push({ name, sentence: `must be one text or number in ${YAML}: put it in quotes.` });
}

const Limit = z.strictObject({ max_concurrent: z.int().min(1).max(1000) });

function readAgents(value: unknown, problems: Problem[]): Agents {
  const agents: { [Kind in AgentKind]?: { maxConcurrent: number } } = {};
  const kinds = z.record(z.string(), z.unknown()).safeParse(value ?? {});
  if (!kinds.success) problems.push(badLimit("agents"));
  for (const [key, limit] of Object.entries(kinds.data ?? {})) {
    const kind = AGENT_KINDS.find((known) => known === key);
    const read = Limit.safeParse(limit);
    if (!kind) problems.push(unknownKey(key, AGENT_KINDS, "agents."));
    else if (read.success) agents[kind] = { maxConcurrent: read.data.max_concurrent };
    else problems.push(badLimit(`agents.${key}`));
  }
  return agents;
}

function badLimit(name: string): Problem {
  const example = name === "agents" ? "{ command: { max_concurrent: 4 } }" : "{ max_concurrent: 4 }";
  return { name, sentence: `must be written as ${example}, with a whole number from 1 to 1000.` };
}

function unknownKey(key: string, known: readonly string[], prefix = ""): Problem {
  const near = nearest(key, known);
  const advice = near ? `did you mean "${prefix}${near}"?` : "remove it.";
  return { name: `${prefix}${key}`, sentence: `is not a setting that ${YAML} can have: ${advice}` };
}
