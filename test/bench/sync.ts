import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { connect } from "#db/connect.ts";
import { type Confluence, startConfluence } from "#test/support/atlassian/confluence.ts";
import { type Jira, startJira } from "#test/support/atlassian/jira.ts";
import { type Figures, median, rounded } from "./measure.ts";
import { openServer } from "./server.ts";
import { callFigures, lagFigures, pageFigures } from "./sync-figures.ts";
import type { SiteAt, Sites } from "./sync-room.ts";

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, "sync-work.ts");
const LIMIT_MS = 300_000;
const LATENCY_MS = 150;
const ROUNDS = 3;

/**
 * 100 runs of 20 steps through Jira (as epics) and Confluence at once, against doubles that answer after 150 ms and limit us as
 * Atlassian says it does: calls, lag, and what was written twice. Then the engine alone: steps a second without Jira, and with
 * one that never answers, in turn. Issue 4 asks for 1.5 calls a step, a page write a minute, and a ratio of 1.
 */
export async function measureSync(serverUrl: string): Promise<Figures> {
  const options = { latencyMs: LATENCY_MS };
  const [jira, confluence] = await Promise.all([startJira(options), startConfluence(options)]);
  try {
    const written = await measureRuns(serverUrl, jira, confluence);
    return { ...written, ...(await measureEngine(serverUrl, jira)) };
  } finally {
    await Promise.all([jira.close(), confluence.close()]);
  }
}

async function measureRuns(serverUrl: string, jira: Jira, confluence: Confluence): Promise<Figures> {
  const databaseUrl = await freshDatabase(serverUrl);
  const sites = { jira: siteOf(jira), confluence: siteOf(confluence) };
  const { runs = 0, steps = 0, ...took } = await work("runs", databaseUrl, sites);
  const sql = connect(databaseUrl, { max: 1, applicationName: "bench" });
  try {
    return {
      ...took,
      ...callFigures("jira", jira, runs, runs * steps),
      ...callFigures("confluence", confluence, runs, runs * steps),
      ...pageFigures(confluence),
      ...(await lagFigures(sql, jira, confluence)),
      doubles: jira.doubles().length + confluence.doubles().length,
      issues_missing: runs * (steps + 1) - jira.issues().length,
      violations: jira.violations.length + confluence.violations.length,
    };
  } finally {
    await sql.end();
  }
}

async function measureEngine(serverUrl: string, jira: Jira): Promise<Figures> {
  const rates = { without: [] as number[], hanging: [] as number[] };
  jira.faults.hang();
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, sites] of [
      ["without", {}],
      ["hanging", { jira: siteOf(jira) }],
    ] as const) {
      const { steps_per_s: rate = 0 } = await work("steps", await freshDatabase(serverUrl), sites);
      rates[name].push(rate);
    }
  const ratios = rates.hanging.map((rate, round) => rate / (rates.without[round] ?? Number.NaN));
  return {
    steps_per_s_without_jira: median(rates.without),
    steps_per_s_jira_hangs: median(rates.hanging),
    hangs_to_without: rounded(median(ratios) ?? Number.NaN, 2),
    calls_without_answer: jira.calls.filter(({ status }) => status === 0).length,
  };
}

/** In a process of its own. */
async function work(
  kind: "runs" | "steps",
  databaseUrl: string,
  sites: Sites,
): Promise<Readonly<Record<string, number>>> {
  const args = [SCRIPT, kind, databaseUrl, JSON.stringify(sites)];
  const { stdout, stderr } = await run(process.execPath, args, { timeout: LIMIT_MS, maxBuffer: 64e6 });
  process.stderr.write(stderr);
  return JSON.parse(stdout);
}

async function freshDatabase(serverUrl: string): Promise<string> {
  const server = await openServer(serverUrl);
  const url = await server.freshDatabase("bench_sync");
  await server.close();
  return url;
}

const siteOf = ({ url, credentials }: Pick<Jira, "url" | "credentials">): SiteAt => ({ url, ...credentials });
