import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { createLogger } from "#bot/logger.ts";
import { createSecrets } from "#bot/outside/deliveries/secrets.ts";
import { aboutConnection } from "#bot/sync/connected.ts";
import { type System, saveConnection } from "#db/connections.ts";
import { saveInstallation, saveProject } from "#db/places.ts";
import { createStore } from "#db/store.ts";
import { createEngine } from "#engine/engine.ts";
import { brief, model } from "./sample-run.ts";

export const WORKSPACE = "T01LOCAL";
const SECRET = "a secret of these tests";
export const SITE = "https://acme.atlassian.net";
const MINUTE_MS = 60_000;

const SETTINGS = {
  jira: { url: SITE, username: "bot@acme.com", project: "PAY" },
  confluence: { url: SITE, username: "bot@acme.com", space: "ENG" },
} as const;

type Changes = { readonly ownerId?: string; readonly channelId?: string | null };

/** A workspace with projects that are connected, and runs of them, without anything that follows these. */
export function syncStage(sql: Sql) {
  let now = Date.now();
  const engine = createEngine({ store: createStore(sql), clock: { now: () => now }, newId: randomUUID });
  const secrets = createSecrets(SECRET);
  const lines: string[] = [];
  const log = createLogger({
    ...{
      write: (line: string) => lines.push(line),
      isTerminal: false,
      level: "warn" as const,
      now: Date.now,
    },
  });
  let goals = 0;

  return {
    ...{ engine, secrets, log, lines },

    async clear(): Promise<void> {
      await sql`truncate installations, projects, connections, troubles, circuits, links, go_aheads, cursors, streams, facts,
        runs, steps, goals, messages cascade`;
      now = Date.now();
      goals = 0;
      await saveInstallation(sql, { workspaceId: WORKSPACE, name: "Local", botUserId: "UCSIGN01" });
    },

    async project(name: string, { ownerId, channelId = null }: Changes = {}): Promise<string> {
      const id = randomUUID();
      await saveProject(sql, {
        ...{ id, workspaceId: WORKSPACE, name, repository: `/srv/${name}`, branch: null, channelId },
        ...{ testCommand: null, commands: {}, reviewers: [], ownerId: ownerId ?? null },
        ...{ fourEyes: "when_possible", planApproval: "risky" },
      });
      return id;
    },

    async connect(projectId: string, system: System, source: "cli" | "settings" = "cli"): Promise<void> {
      const place = { workspaceId: WORKSPACE, projectId, system };
      const token = secrets.encrypt("token", aboutConnection(place));
      await saveConnection(sql, { ...place, settings: SETTINGS[system], token, source });
      await sql`update connections set since = now() - interval '1 day' where project_id = ${projectId}`;
    },

    /** A run that was asked for so many minutes ago. */
    async run(
      projectId: string | null,
      minutesAgo = 0,
    ): Promise<{ readonly id: string; readonly goal: string }> {
      const id = randomUUID();
      goals += 1;
      const own = brief({ goalId: randomUUID(), goalNumber: goals, projectId, title: `Goal ${goals}` });
      now = Date.now() - minutesAgo * MINUTE_MS;
      await engine.submit(
        { kind: "run", id, workspaceId: WORKSPACE },
        { type: "request", brief: own, plan: [model("code")] },
        "person:U01ALICE",
      );
      return { id, goal: `g${goals}` };
    },

    /** How far a follower has come with a run. */
    async cursor(
      system: System,
      runId: string,
      at: { readonly stuck?: string; readonly error?: string; readonly caughtUp?: true } = {},
    ): Promise<void> {
      const { stuck, error = stuck ?? null, caughtUp } = at;
      await sql`
        insert into cursors (follower, stream_id, workspace_id, seq, last_error, stuck_at, not_before)
        select ${system}, id, workspace_id, ${caughtUp ? sql`seq` : 0}, ${error}, ${stuck ? sql`now()` : null},
          ${error && !stuck ? sql`now() + interval '4 min'` : null}
        from streams where id = ${runId}
        on conflict (follower, stream_id) do update set seq = excluded.seq, last_error = excluded.last_error,
          stuck_at = excluded.stuck_at, not_before = excluded.not_before`;
    },
  };
}
