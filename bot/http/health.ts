import { Hono } from "hono";
import type { Sql } from "postgres";
import { hasWorker } from "#db/workers.ts";
import { createMemory } from "../slack/memory.ts";

/** How long a check may take before it counts as failed. */
const CHECK_WITHIN_MS = 2_000;

/** Anybody may ask us, and nobody may make us ask Slack more often than this: it would limit us for it. */
const SLACK_TTL_MS = 5_000;

type Checks = { readonly [name: string]: "ok" | "failed" | "off" };

/** `GET /api/health`: the process lives. `GET /api/ready`: it can do its work: database, a worker's beat, Slack (S4-12). */
export function healthRoutes({
  sql,
  slack,
}: {
  readonly sql: Sql;
  /** Null where this process has no Slack. */
  readonly slack: (() => Promise<boolean>) | null;
}): Hono {
  const reachable = createMemory<"ok" | "failed">(SLACK_TTL_MS, () => performance.now());
  return new Hono()
    .get("/api/health", (c) => c.json({ status: "ok" }))
    .get("/api/ready", async (c) => {
      const [database, worker, connected] = await Promise.all([
        passes(() => sql`select 1`.then(() => true)),
        passes(() => hasWorker(sql)),
        slack === null ? ("off" as const) : reachable.get("slack", () => passes(slack)),
      ]);
      const checks: Checks = { database, worker, slack: connected };
      const isReady = Object.values(checks).every((check) => check !== "failed");
      return c.json({ status: isReady ? "ready" : "not ready", checks }, isReady ? 200 : 503);
    });
}

async function passes(check: () => Promise<boolean>): Promise<"ok" | "failed"> {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), CHECK_WITHIN_MS).unref());
  const passed = await Promise.race([check().catch(() => false), late]); // a check that rejects has failed: that is its answer
  return passed ? "ok" : "failed";
}
