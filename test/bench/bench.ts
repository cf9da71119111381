import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { removeEmbedded, startEmbedded } from "#db/embedded.ts";
import { measureAcks } from "./acks.ts";
import { measureApi } from "./api.ts";
import { measureCallback } from "./callback.ts";
import { measureClaim } from "./claim.ts";
import { compare } from "./compare.ts";
import { type Contender, type Metrics, ours, PEERS_POSTGRES, peers } from "./contenders.ts";
import type { Figures } from "./measure.ts";
import { isScenario, type ScenarioName } from "./scenarios.ts";
import { openServer } from "./server.ts";
import { measureSse } from "./sse.ts";
import { measureSync } from "./sync.ts";

/**
 * `npm run bench -- [steps|resume|parked|fanout|acks|api|sse|callback|claim|sync …] [--rounds N] [--peers FOLDER] [--url URL] [--detail]`: measures and
 * prints JSON lines. Without `--peers` and `--url` it runs on an embedded Postgres of its own, with the settings it is
 * delivered with. With `--peers` it runs the peers and ours in turn, on the peers' Postgres; those of `OURS_ALONE` have none.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "1" },
    peers: { type: "string" },
    url: { type: "string" },
    detail: { type: "boolean", default: false },
  },
});
/** Slack and the API are ours: there is no peer to measure beside them. */
const OURS_ALONE: Readonly<Record<string, (url: string) => Promise<Figures>>> = {
  acks: measureAcks,
  api: measureApi,
  sse: measureSse,
  callback: measureCallback,
  claim: measureClaim,
  sync: measureSync,
};
const scenarios = readScenarios(positionals);
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds takes a whole number from 1 on.");
const given = values.url ?? (values.peers === undefined ? undefined : PEERS_POSTGRES);
await (given === undefined ? withEmbedded(measureAll) : measureAll(given));

function readScenarios(names: readonly string[]): readonly ScenarioName[] {
  const unknown = names.filter((name) => !isScenario(name) && !(name in OURS_ALONE));
  if (unknown.length > 0)
    throw new Error(
      `There is no scenario ${unknown.join(", ")}: choose steps, resume, parked, fanout, ${Object.keys(OURS_ALONE).join(", ")}.`,
    );
  return names.length === 0 ? ["steps", "resume", "parked", "fanout"] : names.filter(isScenario);
}

async function withEmbedded(work: (url: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "countersign-bench-"));
  const log = {
    warn: (message: string) => void process.stderr.write(`${message}\n`),
    error: (message: string) => void process.stderr.write(`${message}\n`),
  };
  try {
    const settings = {
      shared_preload_libraries: "pg_stat_statements",
      "pg_stat_statements.track": "all",
      max_connections: "100",
    };
    const embedded = await startEmbedded({ dataDir, log, settings });
    await work(embedded.url).finally(() => embedded.stop());
  } finally {
    await removeEmbedded(dataDir);
    await rm(dataDir, { recursive: true });
  }
}

async function measureAll(url: string): Promise<void> {
  const server = await openServer(url);
  const postgres = await server.version();
  await server.close();
  print({ environment: { cores: availableParallelism(), postgres, node: process.version } });
  const all = [ours(url, values.detail), ...(values.peers === undefined ? [] : peers(values.peers))];
  for (const scenario of scenarios)
    await measureScenario(
      scenario,
      all.filter((contender) => contender.of.includes(scenario)),
    );
  for (const [scenario, measure] of Object.entries(OURS_ALONE))
    if (positionals.length === 0 || positionals.includes(scenario)) await measureOurs(scenario, measure, url);
}

async function measureOurs(scenario: string, measure: (url: string) => Promise<Figures>, url: string) {
  for (let round = 1; round <= rounds; round++) {
    const [load = 0] = loadavg();
    const metrics = await measure(url);
    print({ who: "countersign", scenario, round, load_before: Number(load.toFixed(2)), metrics });
    if (values.detail) await printStatements(url, `bench_${scenario}`);
  }
}

/** Where the database's time went, on the error output. */
async function printStatements(url: string, database: string): Promise<void> {
  const server = await openServer(url);
  if (server.counts)
    for (const { total_ms, calls, query } of await server.statements(database))
      process.stderr.write(`${String(total_ms).padStart(6)} ms ${String(calls).padStart(6)} × ${query}\n`);
  await server.close();
}

/** In turn, so that whatever else the machine does falls on all of them. */
async function measureScenario(scenario: ScenarioName, taking: readonly Contender[]): Promise<void> {
  const found = new Map<string, Metrics[]>(taking.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++)
    for (const contender of taking)
      found.get(contender.name)?.push(await measureOne(contender, scenario, round));
  if (taking.length > 1 || rounds > 1) for (const line of compare(scenario, found)) print(line);
}

async function measureOne(contender: Contender, scenario: ScenarioName, round: number): Promise<Metrics> {
  const [load = 0] = loadavg();
  const metrics = await contender.measure(scenario);
  print({ who: contender.name, scenario, round, load_before: Number(load.toFixed(2)), metrics });
  return metrics;
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
