import { hostname } from "node:os";
import type { Sql } from "postgres";
import { connect } from "#db/connect.ts";
import type { LeftGroup } from "#db/process-groups.ts";
import { FACTS_CHANNEL } from "#db/save.ts";
import { createStore } from "#db/store.ts";
import type { WorkerRow } from "#db/workers.ts";
import type { Agent, ProjectRef } from "#engine/agent/agent.ts";
import { createEngine, type Engine } from "#engine/engine.ts";
import { MOST_IN_FLIGHT } from "#engine/group-commit.ts";
import type { Clock, NewId } from "#engine/ports.ts";
import type { HouseKind } from "#engine/run/plan.ts";
import type { Run } from "#engine/run/run.ts";
import type { Planner } from "#engine/work/plan-goal.ts";
import { type Attempts, createAttempts } from "./attempts.ts";
import { type Follower, startFollowers } from "./followers.ts";
import { createHandlers } from "./handlers.ts";
import type { Logger } from "./logger.ts";
import { type AgentLimits, createPlaces } from "./places.ts";
import { isSameProcess, myStartTime } from "./processes.ts";
import { startTimekeeper } from "./timekeeper.ts";
import { startWorker } from "./worker.ts";

/** What the engine needs of the world around it: no Slack, no HTTP, no file. */
export type EngineRoomNeeds = {
  readonly sql: Sql;
  /** What only the engine writes through (`openWriter`): nobody who waits for the engine holds one of its connections. */
  readonly writer: Sql;
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Logger;
};

/** The engine's own connections: one for each transaction in flight, and each keeps its few plans. */
export const openWriter = (databaseUrl: string): Sql =>
  connect(databaseUrl, { max: MOST_IN_FLIGHT, applicationName: "countersign-engine", plan: "once" });

/** What works in it, once it is started. */
export type Crew = {
  readonly agents: { readonly [Kind in HouseKind]: Agent };
  readonly limits: AgentLimits;
  readonly projectOf: (workspaceId: string, projectId: string) => Promise<ProjectRef | null>;
  readonly plannerFor: (run: Run) => Planner | null;
  readonly closeWorkspace: (runId: string) => Promise<void>;
  readonly endLeftover: (group: LeftGroup) => Promise<void>;
  readonly onLost: (worker: WorkerRow) => Promise<void>;
  readonly followers: readonly Follower[];
};

/**
 * The engine with all that keeps it going: attempts, the queue's worker, beats and time, followers. `submit` works at
 * once; `start` begins to take work. A process that only serves Slack or HTTP never starts it.
 */
export function createEngineRoom({ sql, writer, databaseUrl, clock, newId, log }: EngineRoomNeeds) {
  const store = createStore(writer);
  const engine = createEngine({ store, clock, newId });
  const me: Omit<WorkerRow, "poolIds"> = {
    id: newId(),
    host: hostname(),
    pid: process.pid,
    startTime: myStartTime(),
  };
  const needs = { sql, databaseUrl, engine, clock, log };
  return {
    engine,
    /** Begins to work. Resolves to what stops it: no new job, then what is under way, then the beats. */
    async start(crew: Crew): Promise<() => Promise<void>> {
      const attempts = createAttempts({ sql, engine, host: me.host, log });
      const places = createPlaces(sql, crew.limits);
      let poolIds: readonly string[] = [];
      const followers = await startFollowers({ sql, holder: me.id, followers: crew.followers, log });
      const time = await startTimekeeper({
        ...needs,
        worker: () => ({ ...me, poolIds }),
        isAlive: isSameProcess,
        endLeftover: crew.endLeftover,
        onLost: crew.onLost,
        sweep: async () => {
          await followers.sweep();
          await places.admit();
        },
      });
      const listening = await watchLogs(sql, attempts, time.lookAgain, log);
      const worker = await startWorker({
        databaseUrl,
        log,
        // At once: a worker that dies before it has named its pools leaves jobs that nobody can tell for a dead one's.
        onPools: (ids) => {
          poolIds = ids;
          time.beatNow();
        },
        handlers: createHandlers({
          ...crew,
          sql,
          consultationOf: store.consultation,
          work: workNeeds({ engine, newId, me: me.id, crew, attempts, places }),
        }),
      });
      return async () => {
        await worker.stop();
        await attempts.stop();
        await listening.unlisten();
        await followers.close();
        await time.close();
      };
    },
  };
}

/** Logs have grown: what is under way may have to stop, and something may be due sooner. */
function watchLogs(sql: Sql, attempts: Attempts, lookAgain: () => void, log: Logger) {
  return sql.listen(FACTS_CHANNEL, (ids) => {
    lookAgain();
    attempts
      .check(ids === "*" ? "all" : ids.split(","))
      .catch((error) => log.warn("attempts could not be checked; their leases still guard them", { error }));
  });
}

function workNeeds(needs: {
  readonly engine: Engine;
  readonly newId: NewId;
  readonly me: string;
  readonly crew: Crew;
  readonly attempts: Attempts;
  readonly places: ReturnType<typeof createPlaces>;
}) {
  const { engine, newId, me, crew, attempts, places } = needs;
  return {
    ...{ engine, newId, worker: me, agents: crew.agents, projectOf: crew.projectOf },
    watch: attempts.watch,
    withinLimit: places.within,
    unlimited: places.unlimited,
    goOn: (work: Promise<void>, kind: HouseKind) => attempts.goOn(work.finally(() => places.leave(kind))),
  };
}
