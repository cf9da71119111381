import type { Sql } from "postgres";
import { type CircuitPlace, circuitOf, closeCircuit, type Entry, mayTry, openCircuit } from "#db/circuits.ts";
import { OutsideFailure, OutsideRefusal } from "#engine/errors.ts";
import { CredentialsLost } from "#integrations/atlassian/failure.ts";
import { Later } from "../followers.ts";
import type { Logger } from "../logger.ts";

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** Whoever is let through to try keeps the others out so long, unless it is done before. */
const TRYING_MS = 60_000;
/** How long "all is well" is believed without asking the database. */
const BELIEVED_MS = 1_000;

export type Circuits = ReturnType<typeof createCircuits>;

/** A system, and whose token it is asked with. */
export type AskedPlace = CircuitPlace & { readonly projectId?: string };

/** What a token that is not accepted keeps out: only those who have the same one, which is their project. */
const ownOf = ({ projectId, ...place }: AskedPlace): CircuitPlace | null =>
  projectId === undefined ? null : { ...place, origin: ownOrigin(place.origin, projectId) };

/** Under which origin a project's own circuit is kept. */
export const ownOrigin = (origin: string, projectId: string): string => `${origin} ${projectId}`;

/**
 * Keeps all who want something of a system that is down, slow or limits us from asking it one by one: after a failure nobody asks
 * before the wait is over (as long as the system said, else longer each time, five minutes at most), then one tries for all.
 * In every process together. A token that is not accepted keeps out only the project whose it is.
 */
export function createCircuits({ sql, log }: { readonly sql: Sql; readonly log: Logger }) {
  const well = new Map<string, number>();
  /** How often each has failed: what was under way meanwhile says nothing of how it stands now. */
  const failures = new Map<string, number>();
  const failuresOf = (name: string): number => failures.get(name) ?? 0;
  const nameOf = ({ workspaceId, system, origin }: CircuitPlace): string =>
    [workspaceId, system, origin].join(" ");

  async function enter(place: CircuitPlace): Promise<Entry> {
    if ((well.get(nameOf(place)) ?? 0) > performance.now()) return "well";
    const entry = await mayTry(sql, place, TRYING_MS);
    if (entry !== "kept out") return entry;
    const circuit = await circuitOf(sql, place);
    const waitMs = Math.max(500, (circuit?.openUntil.getTime() ?? 0) - Date.now());
    throw new Later(waitMs, circuit?.lastError ?? "It fails.");
  }

  async function failed(place: CircuitPlace, error: OutsideFailure, entry: Entry): Promise<never> {
    const name = nameOf(place);
    well.delete(name);
    failures.set(name, failuresOf(name) + 1);
    const { failures: before = 0 } = (await circuitOf(sql, place)) ?? {};
    const waitMs = error.retryAfterMs ?? Math.min(FIRST_WAIT_MS * 2 ** before, LONGEST_WAIT_MS);
    await openCircuit(sql, place, waitMs, error.message, entry === "let in");
    throw new Later(waitMs, error.message, { cause: error });
  }

  /** Only who was let in says that it is well again: an answer to an earlier call cuts no wait short. */
  async function answered(place: CircuitPlace, entry: Entry, before: number): Promise<void> {
    const name = nameOf(place);
    if (failuresOf(name) === before) well.set(name, performance.now() + BELIEVED_MS);
    if (entry === "let in" && (await closeCircuit(sql, place)))
      log.info("a system answers again", { system: place.system, origin: place.origin });
  }

  /** Lets somebody pass, or rejects with `Later`; then they say how it went. */
  async function through(place: CircuitPlace): Promise<Gate> {
    const before = failuresOf(nameOf(place));
    const entry = await enter(place);
    return {
      answered: () => answered(place, entry, before),
      failed: (error: OutsideFailure) => failed(place, error, entry),
    };
  }

  return {
    /**
     * Does something with a system, unless it fails at the moment. Rejects with `Later` where it fails or has failed, with whatever
     * else `work` rejects with: a refusal means that the system is well.
     */
    async within<T>(place: AskedPlace, work: () => Promise<T>): Promise<T> {
      const own = ownOf(place);
      const ownGate = own && (await through(own));
      const gates = { own: ownGate, all: await through(place) };
      try {
        const done = await work();
        await tellAnswered(gates);
        return done;
      } catch (error) {
        return tellFailed(gates, error);
      }
    },
  };
}

/** Somebody has passed: how it went. */
type Gate = {
  answered(): Promise<void>;
  failed(error: OutsideFailure): Promise<never>;
};
type Gates = { readonly own: Gate | null; readonly all: Gate };

const tellAnswered = ({ own, all }: Gates) => Promise.all([own?.answered(), all.answered()]);

async function tellFailed({ own, all }: Gates, error: unknown): Promise<never> {
  if (error instanceof CredentialsLost && own) {
    await all.answered();
    return own.failed(error);
  }
  if (error instanceof OutsideFailure) return all.failed(error);
  if (error instanceof OutsideRefusal) await tellAnswered({ own, all });
  throw error;
}
