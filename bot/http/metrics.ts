import { memoryUsage, uptime } from "node:process";
import type { Sql } from "postgres";
import { type Figure, figuresOf } from "#db/metrics.ts";
import { Refusal } from "#engine/errors.ts";
import { mustHave } from "../outside/requests/asking.ts";
import { type ApiPart, createPart } from "./api.ts";

/** What each figure says, as Prometheus shows it. */
const HELP: Readonly<Record<string, string>> = {
  runs_open: "Runs that have not ended, by status.",
  steps: "Steps that are worked on, or could be, by status.",
  requests_open: "Requests of agents outside that wait for people.",
  run_questions_open: "Questions of runs that wait for people.",
  deliveries: "Callbacks and events that are still to be sent.",
  delivery_lag_seconds: "Age of the oldest of them.",
  slack_messages: "Slack messages that are not posted, by state.",
  tasks_held: "Tasks that agents outside hold.",
  streams_open: "Server-sent event streams of this process.",
  process_uptime_seconds: "Age of this process.",
  process_resident_memory_bytes: "Memory of this process.",
};

/** `GET /metrics` for Prometheus (S0-77): the figures of the key's workspace and of this process. Scope: events, no project. */
export function metricsRoutes({
  sql,
  streams,
}: {
  readonly sql: Sql;
  readonly streams: { count(): number };
}): ApiPart {
  const part = createPart();
  part.get("/metrics", async (c) => {
    const asking = c.get("asking");
    mustHave(asking, "events");
    const { workspaceId, projectId } = asking.caller;
    if (projectId !== null)
      throw new Refusal("not_allowed", "This key reaches one project alone: make one without --project.");
    const figures = await figuresOf(sql, workspaceId);
    const text = toText([...figures, ...ofThisProcess(streams.count())]);
    return c.text(text, 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
  });
  return part;
}

const ofThisProcess = (streams: number): readonly Figure[] => [
  { name: "streams_open", state: "", value: streams },
  { name: "process_uptime_seconds", state: "", value: Math.round(uptime()) },
  { name: "process_resident_memory_bytes", state: "", value: memoryUsage.rss() },
];

/** Prometheus's text format. A figure that has no row is told as 0, so that its line does not vanish. */
function toText(figures: readonly Figure[]): string {
  const told = Object.entries(HELP).map(([name, help]) => {
    const named = figures.filter((figure) => figure.name === name);
    const lines = (named.length > 0 ? named : [{ name, state: "", value: 0 }]).map(
      ({ state, value }) => `countersign_${name}${state === "" ? "" : `{state="${state}"}`} ${value}\n`,
    );
    return `# HELP countersign_${name} ${help}\n# TYPE countersign_${name} gauge\n${lines.join("")}`;
  });
  return told.join("");
}
