import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { openMarket } from "#bot/outside/work/market.ts";
import { addAgent, type NewOutsideAgent } from "#db/outside-agents.ts";
import { openRoom, WORKSPACE } from "./engine-stage.ts";

/** Registers an agent straight in the database. Resolves to its id. */
export async function addOutsideAgent(sql: Sql, changes: Partial<NewOutsideAgent> = {}): Promise<string> {
  const id = randomUUID();
  await addAgent(sql, {
    ...{ id, workspaceId: WORKSPACE, projectId: null, keyId: null, name: `agent ${id}`, description: "" },
    ...{ capabilities: ["scan"], maxConcurrent: 1, leaseMs: 60_000, card: null, endpointId: null },
    ...changes,
  });
  return id;
}

/** Where agents wait for work, on connections of its own, as each process has it. */
export async function openTestMarket(databaseUrl: string, most: number | null = null) {
  const { sql, engine, lines, close } = openRoom(databaseUrl);
  const log = { warn: (line: string) => lines.push(line) } as never;
  const market = await openMarket({ sql, engine, most, log });
  const never = new AbortController().signal;
  return {
    ...{ sql, engine, lines, market },
    claim: (agentId: string, waitMs: number, signal: AbortSignal = never) =>
      market.claim({ agentId, waitMs, leaseMs: 60_000, lease: randomUUID(), signal }),
    async close(): Promise<void> {
      await market.close();
      await close();
    },
  };
}
