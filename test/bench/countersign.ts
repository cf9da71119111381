import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import { type Crew, createEngineRoom, openWriter } from "#bot/engine-room.ts";
import { idFrom } from "#bot/ids.ts";
import { createLogger } from "#bot/logger.ts";
import { connect } from "#db/connect.ts";
import { migrate } from "#db/migrate.ts";
import type { Agent, Outcome } from "#engine/agent/agent.ts";
import { Question } from "#engine/consultation/question.ts";
import { type Plan, PlannedStep } from "#engine/run/plan.ts";
import type { Brief } from "#engine/run/run.ts";
import type { Adapter } from "./adapter.ts";
import { nowMs } from "./measure.ts";

const WORKSPACE = "T01LOCAL";
const POOL = 10;

/**
 * The engine as the app starts it: rows, facts, jobs, beats, and a follower that reads its logs on. Steps are those of a
 * `model` that has nothing to say, and of a person.
 */
export async function createCountersign(databaseUrl: string): Promise<Adapter> {
  await migrate(databaseUrl);
  const sql = connect(databaseUrl, { max: POOL, applicationName: "countersign-bench" });
  await sql`insert into installations (workspace_id, name, bot_user_id) values (${WORKSPACE}, 'bench', 'U00BOT')`;
  const write = (line: string) => process.stderr.write(line);
  const log = createLogger({ level: "warn", isTerminal: true, write, now: Date.now });
  const writer = openWriter(databaseUrl);
  const clock = { now: Date.now };
  const room = createEngineRoom({ sql, writer, databaseUrl, clock, newId: randomUUID, log });
  const questions = new Map<string, string>();
  const waiters = new Map<string, (atMs: number) => void>();
  const crew = toCrew(sql, questions, waiters);
  let stop: (() => Promise<void>) | null = null;
  let goals = 0;

  async function request(id: string, plan: Plan): Promise<void> {
    const stream = { kind: "run", id: idFrom(id, "run"), workspaceId: WORKSPACE } as const;
    const command = { type: "request", brief: briefOf(id, ++goals), plan } as const;
    await room.engine.submit(stream, command, "person:U01ALICE");
  }

  async function count(rows: Promise<readonly { readonly n: number }[]>): Promise<number> {
    const [row] = await rows;
    return row?.n ?? 0;
  }

  return {
    name: "countersign",
    async startWorker() {
      stop = await room.start(crew);
    },
    async stopWorker() {
      await stop?.();
      stop = null;
    },
    startSteps: (id) => request(id, inOrder(STEPS)),
    startPause: (id) => request(id, [modelStep("prepare", []), personStep("approve", ["prepare"])]),
    pausedCount: () => count(sql`select count(*)::int as n from consultations where state = 'open'`),
    async signal(id) {
      const runId = idFrom(id, "run");
      const questionId = questions.get(runId) ?? (await questionOf(sql, runId));
      const answer = { type: "answer", decision: "approve", note: "", alone: false, who: BOB } as const;
      const stream = { kind: "consultation", id: questionId, workspaceId: WORKSPACE } as const;
      await room.engine.submit(stream, answer, "person:U02BOB");
    },
    resumed: (id) => new Promise((resolve) => waiters.set(idFrom(id, "run"), resolve)),
    doneCount: () => count(sql`select count(*)::int as n from runs where status = 'succeeded'`),
    startFanout(id, width) {
      const leaves = Array.from({ length: width }, (_, i) => modelStep(`leaf-${i}`, []));
      return request(id, [
        ...leaves,
        modelStep(
          "join",
          leaves.map(({ key }) => key),
        ),
      ]);
    },
    async close() {
      await stop?.();
      await Promise.all([sql.end({ timeout: 5 }), writer.end({ timeout: 5 })]);
    },
  };
}

/** Where a card would carry the id of its question, the follower of the bench keeps it. */
function toCrew(
  sql: Sql,
  questions: Map<string, string>,
  waiters: Map<string, (atMs: number) => void>,
): Crew {
  const nobody: Agent = ({ step }) => Promise.reject(new Error(`Nobody works on ${step.agent.kind} steps.`));
  const model: Agent = async () => ({ kind: "finished", output: { summary: "done" } });
  const person: Agent = async ({ answer, runId, step: { agent } }): Promise<Outcome> => {
    if (answer !== null) {
      waiters.get(runId)?.(nowMs());
      waiters.delete(runId);
      return { kind: "finished", output: { summary: answer.decision } };
    }
    if (agent.kind !== "person") throw new Error("A person is asked only about a person's step.");
    const { what, why, people, rehearsed } = agent;
    const question = Question.parse({ type: "approval", what, why, people, rehearsed });
    return { kind: "asks", question, checkpoint: null };
  };
  return {
    agents: { model, person, command: nobody, rehearsal: nobody },
    limits: {},
    projectOf: async () => null,
    plannerFor: () => null,
    closeWorkspace: async () => {},
    endLeftover: async () => {},
    onLost: async () => {},
    followers: [
      {
        name: "bench",
        async catchUp({ id }, seenSeq) {
          const facts = await sql<{ type: string; body: { readonly origin?: { readonly runId: string } } }[]>`
            select type, body from facts where stream_id = ${id} and seq > ${seenSeq} order by seq`;
          for (const { type, body } of facts)
            if (type === "consultation.opened" && body.origin) questions.set(body.origin.runId, id);
        },
      },
    ],
  };
}

async function questionOf(sql: Sql, runId: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`select id from consultations where run_id = ${runId}`;
  if (!row) throw new Error("Nobody has been asked yet.");
  return row.id;
}

const BOB = { id: "U02BOB", isFullMember: true, isInChannel: true, othersMayAnswer: true };

const STEPS = ["one", "two", "three", "four", "five"];

const modelStep = (key: string, after: readonly string[]): PlannedStep =>
  PlannedStep.parse({ key, title: `Do ${key}`, agent: { kind: "model", role: "analyst" }, after });

const personStep = (key: string, after: readonly string[]): PlannedStep =>
  PlannedStep.parse({
    key,
    title: "Approve it",
    agent: { kind: "person", asks: "approval", what: "Go on?" },
    after,
  });

const inOrder = (keys: readonly string[]): Plan =>
  keys.map((key, i) => modelStep(key, keys.slice(Math.max(0, i - 1), i)));

const briefOf = (id: string, goalNumber: number): Brief => ({
  ...{ goalId: idFrom(id, "goal"), goalNumber, text: `Bench ${id}`, title: `Bench ${id}`, requirements: [] },
  ...{ requestedBy: "U01ALICE", channel: "C02DEPLOYS", projectId: null, projectName: null, workflow: null },
  ...{ parameters: {}, branch: `countersign/g${goalNumber}`, maxTimeMs: 7_200_000, testsMustPass: false },
  ...{ planApproval: "risky", fourEyes: "when_possible", reviewers: [], priority: "normal" },
  ...{ rehearsed: false, feedback: null },
});
