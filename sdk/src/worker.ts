import type { CountersignClient } from "./client.ts";
import { isCode } from "./error.ts";
import type { NewAgent, RegisteredAgent, Task, TaskQuestion, TaskResult } from "./tasks.ts";
import { pause } from "./transport.ts";

/** What whoever works on a task can do beside working. */
export type Hand = {
  /** Tells people how far it is. */
  progress(note: string, percent?: number): Promise<void>;
  /** Asks people and ends this attempt: `return hand.ask(…)`. The task comes again with `answer` and `checkpoint`. */
  ask(question: TaskQuestion): Promise<Asked>;
  /** Aborted when the worker stops, and when the task is not ours any more: then leave off. */
  readonly signal: AbortSignal;
};

/** The attempt ended with a question. */
export type Asked = { readonly question_id: string };

/** Works on a task. What it throws fails the attempt, to be tried again; a `TaskFailed` may say otherwise. */
export type Work = (task: Task, hand: Hand) => Promise<TaskResult | Asked>;

/** The task failed, for this reason, which people read. */
export class TaskFailed extends Error {
  override readonly name = "TaskFailed";
  readonly retry: boolean;

  constructor(
    reason: string,
    options: { readonly retry?: boolean | undefined; readonly cause?: unknown } = {},
  ) {
    super(reason, options.cause === undefined ? {} : { cause: options.cause });
    this.retry = options.retry ?? false;
  }
}

export type WorkerOptions = {
  readonly client: CountersignClient;
  readonly agent: NewAgent;
  readonly work: Work;
  /** Stops it. */
  readonly signal: AbortSignal;
  /** How long a claim waits for work; 30 s where nothing is said. */
  readonly waitSeconds?: number | undefined;
  /** Hears what went wrong and was coped with. */
  readonly onTrouble?: ((error: unknown) => void) | undefined;
};

const HEARTBEAT_MS = 20_000;
const AFTER_TROUBLE_MS = 5_000;
/** How long a work that was told to leave off may take to do so. */
const GRACE_MS = 5_000;
/** Long enough for one call; the lease and the operators' watch do the rest. */
const LAST_CALL_MS = 5_000;

/**
 * Registers, beats, claims and works, as many tasks at once as the agent takes, until the signal: then it signs off, and
 * what it holds goes back at once. Throws where its key may not do that.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { client, agent, signal, onTrouble = () => {} } = options;
  const registered = await client.agents.register(agent, { signal });
  const beating = setInterval(() => {
    beat(client, registered, agent).catch(onTrouble);
  }, HEARTBEAT_MS);
  const broken = new AbortController();
  const either = AbortSignal.any([signal, broken.signal]);
  const lanes = Array.from({ length: agent.max_concurrent ?? 1 }, () =>
    claimAndWork({ ...options, onTrouble, signal: either }).catch((error) => {
      broken.abort();
      throw error;
    }),
  );
  try {
    await Promise.all(lanes);
  } finally {
    await Promise.allSettled(lanes);
    clearInterval(beating);
    // Signed off, so that nobody is told that it fell silent.
    await client.agents.remove(registered.id, { signal: AbortSignal.timeout(LAST_CALL_MS) }).catch(onTrouble);
  }
}

/** Says that it lives; where an operator took it off the list it signs on again. */
async function beat(client: CountersignClient, { id }: RegisteredAgent, agent: NewAgent): Promise<void> {
  try {
    await client.agents.heartbeat(id);
  } catch (error) {
    if (!isCode(error, "not_found")) throw error;
    await client.agents.register(agent);
  }
}

type Lane = WorkerOptions & { readonly onTrouble: (error: unknown) => void };

/** One after another, until the signal. Rests after trouble; throws where it will never be let. */
async function claimAndWork(lane: Lane): Promise<void> {
  const { client, agent, signal, waitSeconds: wait = 30, onTrouble } = lane;
  while (!signal.aborted) {
    try {
      const task = await client.tasks.claim({ agent: agent.name, wait }, { signal });
      if (task) await workOn(task, lane);
    } catch (error) {
      if (signal.aborted) return;
      if (isCode(error, "unauthorized", "not_allowed", "bad_input")) throw error;
      onTrouble(error);
      await pause(AFTER_TROUBLE_MS, signal).catch(() => undefined); // stopped: the loop sees it
    }
  }
}

async function workOn(task: Task, lane: Lane): Promise<void> {
  const { client, work, signal: stop, onTrouble } = lane;
  const lost = new AbortController();
  const signal = AbortSignal.any([stop, lost.signal]);
  const tell = async (told: Parameters<typeof client.tasks.progress>[1]): Promise<void> => {
    await client.tasks.progress(task.id, told, { signal });
  };
  const trouble = (error: unknown): void => {
    if (isCode(error, "stale_attempt", "not_found")) lost.abort(error);
    if (!signal.aborted) onTrouble(error);
  };
  const keeping = setInterval(() => void tell({}).catch(trouble), (task.lease_seconds * 1_000) / 3);
  const progress: Hand["progress"] = (note, percent) =>
    tell(percent === undefined ? { note } : { note, percent }).catch((error) => {
      trouble(error);
      signal.throwIfAborted(); // the task is gone, or we stop: leave off here
    });
  const ask: Hand["ask"] = async (question) => {
    clearInterval(keeping); // a sign of life after its end would be refused
    return client.tasks.ask(task.id, question);
  };
  const left = leavingOff(signal);
  try {
    const ended = await Promise.race([work(task, { progress, ask, signal }), left.promise]);
    clearInterval(keeping);
    if (!("question_id" in ended)) await client.tasks.complete(task.id, ended);
  } catch (error) {
    clearInterval(keeping);
    if (lost.signal.aborted) return onTrouble(lost.signal.reason);
    if (isCode(error, "stale_attempt")) return onTrouble(error);
    await tellFailure(task, error, lane);
  } finally {
    clearInterval(keeping);
    left.clear();
  }
}

/** Rejects a while after the signal: who goes on working then is not waited for. */
function leavingOff(signal: AbortSignal): { readonly promise: Promise<never>; clear(): void } {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_, reject) => {
    const leave = (): void => {
      timer = setTimeout(reject, GRACE_MS, signal.reason);
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true, signal: over.signal });
  });
  return {
    promise,
    clear: () => {
      over.abort();
      clearTimeout(timer);
    },
  };
}

/** The attempt failed. Where we stop in the middle of it, signing off gives it back: that costs the step no try. */
async function tellFailure(task: Task, error: unknown, { client, signal, onTrouble }: Lane): Promise<void> {
  if (signal.aborted && !(error instanceof TaskFailed)) return;
  onTrouble(error);
  const retry = error instanceof TaskFailed ? error.retry : true;
  await client.tasks.fail(task.id, { reason: reasonOf(error), retry });
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 500) || "It failed without a word.";
