import type { Sql } from "postgres";
import { FACTS_CHANNEL } from "#db/save.ts";
import type { RunFact } from "#engine/run/facts.ts";

/** Writes facts to the end of a run's log and tells of them, as the engine does, without its rules. Resolves to the last one's number. */
export async function tellFacts(sql: Sql, runId: string, facts: readonly RunFact[]): Promise<number> {
  return await sql.begin(async (tx) => {
    const [head] = await tx<{ seq: number; workspaceId: string }[]>`
      select seq, workspace_id as "workspaceId" from streams where id = ${runId} for update`;
    if (!head) throw new Error("There is no such run.");
    const rows = facts.map((body, i) => ({
      ...{ stream_id: runId, seq: head.seq + 1 + i, workspace_id: head.workspaceId },
      ...{
        submission_id: "told",
        type: body.type,
        body: tx.json(body as never),
        actor: "engine",
        at: Date.now(),
      },
    }));
    await tx`insert into facts ${tx(rows)}`;
    const seq = head.seq + facts.length;
    await tx`update streams set seq = ${seq} where id = ${runId}`;
    await tx`update runs set seq = ${seq} where id = ${runId}`;
    await tx`select pg_notify(${FACTS_CHANNEL}, ${runId})`;
    return seq;
  });
}

/** A line that a person wrote, so long. */
export const guided = (length: number): RunFact => ({
  type: "run.guided",
  guidance: { by: "U02BOB", text: "x".repeat(length) },
});
