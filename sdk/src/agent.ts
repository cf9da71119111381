import { createHash } from "node:crypto";
import type { Callback } from "./callback.ts";
import type { Resumption } from "./callback-handler.ts";
import type { CountersignClient } from "./client.ts";
import { isCode } from "./error.ts";
import type { Data } from "./events.ts";
import { type ConsultationRequest, isSettled, type NewRequest, type Response } from "./requests.ts";
import { checkpointState, type Happened, type WorkflowState } from "./workflow-state.ts";

/** How a stretch of work ended: it waits for people, or it is done and says what comes next. */
export type Ending =
  | { readonly status: "paused"; readonly request_id: string; readonly checkpoint_id: string }
  | { readonly status: "done"; readonly next: NextEvent | null };

/** The event that others go on from: "code.approved". */
export type NextEvent = { readonly event_type: string; readonly data: Data };

/** The state that was saved, with what people said merged into it. */
export type Resumed<State> = State & {
  /** Null where nobody answered: `outcome` says why. */
  readonly human_response: Response | null;
  readonly outcome: "responded" | "timed_out" | "cancelled";
};

/** What people are asked while the agent stops, and what it needs to go on. */
export type Pause<State> = Omit<
  NewRequest,
  "workflow_id" | "checkpoint_id" | "callback_webhook" | "callback_secret"
> & {
  /** Goes through JSON; up to 256 kB. */
  readonly state: State;
};

export type AgentOptions = {
  readonly client: CountersignClient;
  /** What it is called on cards and in events. */
  readonly name: string;
  /** Where its callback receiver is, and the secret both share. Without it: `resumeWhenAnswered`. */
  readonly callback?: { readonly url: string; readonly secret: string } | undefined;
  /** Of the state; raise it when the state changes its shape, and override `upgrade`. */
  readonly schemaVersion?: number | undefined;
  /** Where states are kept; Countersign's checkpoints where nothing is said. */
  readonly states?: WorkflowState | undefined;
};

/** Where a workflow stands while it runs here. */
type Stretch = { readonly from: string; readonly history: readonly Happened[]; hasAsked: boolean };

/**
 * An agent that can stop in the middle, ask people, and go on later from exactly there, in another process too. While it
 * waits nothing runs. What `run` and `resumeFromCheckpoint` do may be done twice if the process dies in between; that they
 * ask, and that they publish the next event, happens once, even where they find other words for it the second time.
 */
export abstract class Agent<Input, State extends object> {
  readonly name: string;
  protected readonly client: CountersignClient;
  readonly #callback: AgentOptions["callback"];
  readonly #schemaVersion: number;
  readonly #states: WorkflowState;
  readonly #stretches = new Map<string, Stretch>();

  constructor(options: AgentOptions) {
    const { client, name, callback, schemaVersion = 1 } = options;
    this.client = client;
    this.name = name;
    this.#callback = callback;
    this.#schemaVersion = schemaVersion;
    this.#states = options.states ?? checkpointState(client, name);
  }

  /** The work from its beginning. Ends with `return this.pause(…)` or `return this.done(…)`. */
  protected abstract run(workflowId: string, input: Input): Promise<Ending>;

  /** The work from where it paused, with people's answer in the state. */
  protected abstract resumeFromCheckpoint(workflowId: string, state: Resumed<State>): Promise<Ending>;

  /** A state of an older `schemaVersion`, brought to today's. Refuses where nobody says how. */
  protected upgrade(_state: unknown, fromVersion: number): State {
    throw new Error(
      `${this.name} reads states of version ${this.#schemaVersion}, and this one has ${fromVersion}: override upgrade().`,
    );
  }

  /** Begins a workflow. Begun again under the same id, it asks nothing twice. */
  async start(workflowId: string, input: Input): Promise<Ending> {
    return this.#stretch(workflowId, { from: "start", history: [], hasAsked: false }, () =>
      this.run(workflowId, input),
    );
  }

  /** Goes on after a callback: hand it to `createCallbackHandler`. */
  async resume(callback: Callback): Promise<Resumption> {
    const { workflow_id: workflowId, checkpoint_id: from } = callback.metadata;
    const saved = await this.#states.load(workflowId, from);
    if (!saved) throw new Error(`There is no checkpoint ${from} of ${workflowId} to go on from.`);
    if (saved.isConsumed) return "already processed";
    const { schemaVersion, history } = saved;
    const state =
      schemaVersion === this.#schemaVersion
        ? (saved.state as State)
        : this.upgrade(saved.state, schemaVersion);
    const outcome = OUTCOMES[callback.event];
    const resumed: Resumed<State> = { ...state, human_response: callback.response, outcome };
    const now = [...history, { what: outcome, at: new Date().toISOString(), checkpoint_id: from }];
    await this.#stretch(workflowId, { from, history: now, hasAsked: false }, () =>
      this.resumeFromCheckpoint(workflowId, resumed),
    );
    await this.#states.consume(workflowId, from);
    return "resumed";
  }

  /** For agents that nobody can call back: waits for the answer, however long it takes, and goes on. */
  async resumeWhenAnswered(
    requestId: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Resumption> {
    return this.resume(toCallback(await this.client.requests.wait(requestId, options)));
  }

  /** Saves the state, asks, and ends this stretch of work. */
  protected async pause(workflowId: string, { state, ...asked }: Pause<State>): Promise<Ending> {
    const stretch = this.#standing(workflowId);
    if (stretch.hasAsked)
      throw new Error("A stretch of work pauses once: ask the next question in resumeFromCheckpoint().");
    stretch.hasAsked = true;
    const checkpointId = `cp-${hashOf(this.name, workflowId, stretch.from).slice(0, 32)}`;
    try {
      const earlier = await this.#askedAlready(workflowId, checkpointId);
      if (earlier) return paused(earlier, checkpointId);
      const at = new Date().toISOString();
      await this.#states.save(workflowId, checkpointId, {
        ...{ state, schemaVersion: this.#schemaVersion, expiresAt: neededUntil(asked.timeout_minutes) },
        history: [...stretch.history, { what: "paused", at, checkpoint_id: checkpointId }],
      });
      return paused(await this.#ask(workflowId, checkpointId, asked), checkpointId);
    } catch (error) {
      stretch.hasAsked = false; // it did not ask: who copes with that may try again
      throw error;
    }
  }

  /** Under one key for the checkpoint: who asks at the same moment in other words finds what was asked first. */
  async #ask(workflowId: string, checkpointId: string, asked: Omit<Pause<State>, "state">) {
    const { url, secret } = this.#callback ?? {};
    const request = {
      ...asked,
      ...{ workflow_id: workflowId, checkpoint_id: checkpointId },
      ...(url === undefined || secret === undefined
        ? {}
        : { callback_webhook: url, callback_secret: secret }),
      metadata: { agent_id: this.name, ...asked.metadata },
    };
    try {
      return await this.client.requests.create(request, { idempotencyKey: hashOf("ask", checkpointId) });
    } catch (error) {
      const first = wasDone(error) ? await this.#askedAlready(workflowId, checkpointId) : null;
      if (!first) throw error;
      return first;
    }
  }

  /** Ends the work; where an event is named, others hear it. */
  protected done(eventType?: string, data: Data = {}): Ending {
    return { status: "done", next: eventType === undefined ? null : { event_type: eventType, data } };
  }

  async #stretch(workflowId: string, stretch: Stretch, work: () => Promise<Ending>): Promise<Ending> {
    if (this.#stretches.has(workflowId)) throw new Error(`${this.name} works on ${workflowId} already.`);
    this.#stretches.set(workflowId, stretch);
    try {
      const ending = await work();
      if (ending.status === "done" && ending.next) await this.#publish(workflowId, stretch.from, ending.next);
      return ending;
    } finally {
      this.#stretches.delete(workflowId);
    }
  }

  /** One event for each stretch: what a repeat would say in other words was said. */
  async #publish(workflowId: string, from: string, next: NextEvent): Promise<void> {
    const event = { ...next, workflow_id: workflowId, metadata: { agent_id: this.name } };
    const idempotencyKey = hashOf("publish", this.name, workflowId, from);
    try {
      await this.client.events.publish(event, { idempotencyKey });
    } catch (error) {
      if (!wasDone(error)) throw error;
    }
  }

  #standing(workflowId: string): Stretch {
    const found = this.#stretches.get(workflowId);
    if (!found)
      throw new Error("pause() belongs into run() or resumeFromCheckpoint(), with their workflow's id.");
    return found;
  }

  async #askedAlready(workflowId: string, checkpointId: string): Promise<ConsultationRequest | null> {
    for await (const request of this.client.requests.list({ workflow_id: workflowId, limit: 100 }))
      if (request.checkpoint_id === checkpointId) return request;
    return null;
  }
}

/** The same key was used with other words: that call was made, and answered. */
const wasDone = (error: unknown): boolean => isCode(error, "idempotency_key_reused");

const DAY_MS = 86_400_000;
const LONGEST_QUESTION_MS = 30 * DAY_MS;

/** Callbacks are repeated for days, and by operators later still: the state outlives its question by a month. */
const neededUntil = (timeoutMinutes = 1_440): string =>
  new Date(Date.now() + Math.min(timeoutMinutes * 60_000, LONGEST_QUESTION_MS) + 30 * DAY_MS).toISOString();

const OUTCOMES = {
  "request.responded": "responded",
  "request.timed_out": "timed_out",
  "request.cancelled": "cancelled",
} as const satisfies Record<Callback["event"], Resumed<unknown>["outcome"]>;

const paused = ({ id }: { readonly id: string }, checkpointId: string): Ending => ({
  ...{ status: "paused", request_id: id, checkpoint_id: checkpointId },
});

const hashOf = (...parts: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex");

/** The callback that this settled request would send. */
function toCallback(request: ConsultationRequest): Callback {
  if (!isSettled(request)) throw new Error(`Request ${request.id} is not settled.`);
  const { id, workflow_id, checkpoint_id, correlation_id, response, state } = request;
  const metadata = { ...request.metadata, workflow_id, checkpoint_id, correlation_id };
  const common = { request_id: id, metadata, state };
  if (response) return { ...common, event: "request.responded", response };
  const event = state === "cancelled" ? "request.cancelled" : "request.timed_out";
  return { ...common, event, response: null };
}
