import type { Sql } from "postgres";
import type { Confluence } from "#test/support/atlassian/confluence.ts";
import type { Double } from "#test/support/atlassian/double.ts";
import type { Jira } from "#test/support/atlassian/jira.ts";
import { type Figures, latencies, rounded } from "./measure.ts";

const MINUTE_MS = 60_000;

/** How often a system was called for a run and for a step, how often for what, how often it said that this was too often, and how often it refused. */
export function callFigures(name: string, { calls }: Double, runs: number, steps: number): Figures {
  const operations = Map.groupBy(calls, ({ operationId = "unknown" }) => operationId);
  const perRun = [...operations].map(([operation, { length }]) => [
    `${name}_${operation}_per_run`,
    rounded(length / runs, 2),
  ]);
  return {
    [`${name}_calls_per_run`]: rounded(calls.length / runs, 2),
    [`${name}_calls_per_step`]: rounded(calls.length / steps, 2),
    ...Object.fromEntries(perRun),
    [`${name}_limited`]: calls.filter(({ status }) => status === 429).length,
    [`${name}_refused`]: calls.filter(({ status }) => status >= 400 && status !== 429).length,
  };
}

/** The most that one page was written within a minute before its run's end; the end itself waits for no minute. */
export function pageFigures(confluence: Confluence): Figures {
  const pages = confluence.pages();
  const most = pages.map(({ versions }) => {
    const at = versions.slice(0, -1).map((version) => version.at);
    return Math.max(...at.map((from) => at.filter((one) => one >= from && one < from + MINUTE_MS).length), 0);
  });
  return {
    pages: pages.length,
    versions_per_page: rounded(
      pages.reduce((sum, { versions }) => sum + versions.length, 0) / pages.length,
      2,
    ),
    page_writes_in_a_minute_max: Math.max(...most),
  };
}

type Ended = { readonly run: string; readonly key: string | null; readonly at: string };

/** From a step's end to its story's, and from a run's end to its epic's and its page's; what never came counts as infinite. */
export async function lagFigures(sql: Sql, jira: Jira, confluence: Confluence): Promise<Figures> {
  const rows = await sql<Ended[]>`
    select stream_id as run, body ->> 'key' as key, at from facts where type in ('step.succeeded', 'run.succeeded')`;
  const shown = new Map(
    jira.issues().map((issue) => [markOf(issue.properties.get("countersign")), issue.changes.at(-1)]),
  );
  const lags = rows.map(({ run, key, at }) => {
    const change = shown.get(`${run} ${key === null ? "run" : `step:${key}`}`);
    return { isRun: key === null, ms: (change?.created ?? Number.POSITIVE_INFINITY) - Number(at) };
  });
  const pages = new Map(
    confluence.pages().map(({ properties, versions }) => [runOn(properties), versions.at(-1)]),
  );
  const pageLags = rows
    .filter(({ key }) => key === null)
    .map(({ run, at }) => (pages.get(run)?.at ?? Number.POSITIVE_INFINITY) - Number(at));
  const of = (isRun: boolean) => lags.filter((one) => one.isRun === isRun).map(({ ms }) => ms);
  return {
    ...latencies("step_to_story_ms", of(false)),
    ...latencies("run_to_epic_ms", of(true)),
    ...latencies("run_to_page_ms", pageLags),
  };
}

function markOf(mark: unknown): string {
  const { run, key } = mark as { readonly run: string; readonly key: string };
  return `${run} ${key}`;
}

const runOn = (properties: readonly { readonly key: string; readonly value: unknown }[]): string => {
  const mark = properties.find(({ key }) => key === "countersign");
  return (mark?.value as { readonly run: string } | undefined)?.run ?? "";
};
