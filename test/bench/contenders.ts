import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { SCENARIOS, type ScenarioName } from "./scenarios.ts";

const run = promisify(execFile);
const LIMIT_MS = 420_000;

/** Where the folder that was made ready for the peers has its Postgres. */
export const PEERS_POSTGRES = "postgres://postgres:x@127.0.0.1:55432/postgres";

/** Who is measured: one process for each scenario. `of` says which scenarios it takes part in. */
export type Contender = {
  readonly name: string;
  readonly of: readonly ScenarioName[];
  measure(scenario: ScenarioName): Promise<Metrics>;
};

/** What a contender's process says: figures, lists of figures, or what went wrong. */
const Metrics = z.record(
  z.string(),
  z.union([z.number(), z.null(), z.string(), z.boolean(), z.array(z.number())]),
);
export type Metrics = Readonly<Record<string, number>>;

const ALL = ["steps", "resume", "parked", "fanout"] as const satisfies readonly ScenarioName[];

/** The real engine, on the Postgres at this address. */
export const ours = (url: string, detail: boolean): Contender => ({
  name: "countersign",
  of: ALL,
  measure: (scenario) => {
    const script = join(import.meta.dirname, "run-scenario.ts");
    return measured(process.execPath, [script, scenario, url, ...(detail ? ["--detail"] : [])], {});
  },
});

/** The peers in a folder that was made ready for them. */
export const peers = (folder: string): readonly Contender[] =>
  PEERS.map(({ name, script, of, env }) => ({
    name,
    of,
    measure: (scenario) =>
      measured(
        join(folder, "node_modules/.bin/node"),
        ["--no-deprecation", join(folder, "bench", script), SCENARIOS[scenario].letter],
        env,
      ),
  }));

const PEERS = [
  { name: "dbos", script: "dbos.ts", of: ALL, env: {} },
  { name: "openworkflow", script: "openworkflow.ts", of: ALL, env: {} },
  { name: "langgraph", script: "langgraph.ts", of: ALL, env: {} },
  { name: "pg-boss", script: "pgboss.ts", of: ["steps"], env: {} },
  { name: "gw-handrolled-batched", script: "gw-handrolled.ts", of: ALL, env: { GW_MODE: "batched" } },
] as const satisfies readonly {
  readonly name: string;
  readonly script: string;
  readonly of: readonly ScenarioName[];
  readonly env: Readonly<Record<string, string>>;
}[];

/** Reads the last line of figures; throws with what the process said where there is none. */
async function measured(
  node: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Metrics> {
  const options = { env: { ...process.env, ...env }, timeout: LIMIT_MS, maxBuffer: 64e6 };
  const { stdout, stderr } = await run(node, ["--expose-gc", ...args], options);
  process.stderr.write(stderr);
  const line = stdout.split("\n").findLast((one) => one.startsWith('{"peer"'));
  if (!line) throw new Error(`No figures came from ${args.join(" ")}: ${stderr.slice(-500)}`);
  const { metrics } = z.object({ metrics: Metrics }).parse(JSON.parse(line));
  if (metrics["error"]) throw new Error(`${args.join(" ")}: ${String(metrics["error"])}`);
  return Object.fromEntries(
    Object.entries(metrics).filter((entry) => typeof entry[1] === "number"),
  ) as Metrics;
}
