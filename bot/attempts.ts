import type { Sql } from "postgres";
import { forgetGroup, keepGroup } from "#db/process-groups.ts";
import type { Assignment } from "#engine/agent/agent.ts";
import type { Engine } from "#engine/engine.ts";
import { Refusal } from "#engine/errors.ts";
import type { Attempt } from "#engine/work/work-on-step.ts";
import type { Logger } from "./logger.ts";

/** A step's newest note is told at most this often. */
const NOTE_EVERY_MS = 2_000;
/** Agents end by themselves at their time limit; who has not by then is ended. */
const GRACE_MS = 5_000;

const WORKER_STOPS = new Error("This worker stops.");

export type Attempts = ReturnType<typeof createAttempts>;

/** The attempts that are under way in this process: told to stop when their run ends or somebody else has their lease. */
export function createAttempts(needs: {
  readonly sql: Sql;
  readonly engine: Engine;
  readonly host: string;
  readonly log: Logger;
}) {
  const { sql, engine, host, log } = needs;
  const underWay = new Map<string, { readonly assignment: Assignment; readonly control: AbortController }>();
  const loops = new Set<Promise<void>>();

  function watch(assignment: Assignment): Attempt {
    const { lease, step, runId, workspaceId } = assignment;
    const control = new AbortController();
    underWay.set(lease, { assignment, control });
    const limit = setTimeout(
      () => control.abort(new Error("The time limit has passed.")),
      step.timeoutMs + GRACE_MS,
    );
    const notes = createNotes((note) => {
      const command = { type: "report progress", key: step.key, lease, note } as const;
      return engine.submit({ kind: "run", id: runId, workspaceId }, command, `agent:${step.agent.kind}`);
    }, log);
    let group: Promise<void> | null = null;
    return {
      signal: control.signal,
      report: {
        note: notes.note,
        processStarted: (started) => (group = keepGroup(sql, host, assignment, started)),
      },
      end() {
        clearTimeout(limit);
        notes.close();
        underWay.delete(lease);
        void group
          ?.then(() => forgetGroup(sql, assignment))
          .catch((error) => log.warn("a process group was not forgotten", { error }));
        return control.signal.reason === WORKER_STOPS;
      },
    };
  }

  /** Stops what is no longer ours. Called when these logs have grown. */
  async function check(runIds: readonly string[] | "all"): Promise<void> {
    const mine = [...underWay.values()].filter(
      ({ assignment }) => runIds === "all" || runIds.includes(assignment.runId),
    );
    if (mine.length === 0) return;
    const leases = mine.map(({ assignment }) => assignment.lease);
    const held = await sql<{ lease: string }[]>`
      select s.lease from steps s join runs r on r.id = s.run_id
      where s.run_id = any(${mine.map(({ assignment }) => assignment.runId)}::uuid[])
        and s.lease = any(${leases}) and s.status = 'working' and r.ended_at is null`;
    const still = new Set(held.map((row) => row.lease));
    for (const { assignment, control } of mine)
      if (!still.has(assignment.lease))
        control.abort(new Error("The attempt is no longer the one being worked on."));
  }

  function goOn(work: Promise<void>): void {
    const loop = work
      .catch((error) => log.error("an attempt could not be ended; its lease will lapse", { error }))
      .finally(() => loops.delete(loop));
    loops.add(loop);
  }

  /** Ends every attempt, and waits until each has said so. What they had begun is tried again elsewhere. */
  async function stop(): Promise<void> {
    for (const { control } of underWay.values()) control.abort(WORKER_STOPS);
    await Promise.all(loops);
  }

  return { watch, check, goOn, stop, count: () => underWay.size };
}

/** Keeps only the newest note, and tells it at most every two seconds. */
function createNotes(tell: (note: string) => Promise<unknown>, log: Logger) {
  let newest: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  const flush = () => {
    timer = null;
    if (newest === null) return;
    const note = newest;
    newest = null;
    tell(note).catch((error) => {
      if (!(error instanceof Refusal)) log.warn("a note was lost", { error });
    });
  };
  return {
    note(text: string): void {
      newest = text.slice(0, 500);
      timer ??= setTimeout(flush, NOTE_EVERY_MS);
    },
    close(): void {
      if (timer) clearTimeout(timer);
    },
  };
}
