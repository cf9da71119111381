import type { Data } from "./events.ts";
import { type List, listAt, type Paging } from "./pages.ts";
import type { NewRequest } from "./requests.ts";
import type { CallOptions, Transport } from "./transport.ts";

/** How an agent introduces itself. Registering again under the same name with the same key renews it. */
export type NewAgent = {
  readonly name: string;
  readonly description?: string;
  readonly capabilities: readonly string[];
  /** How many tasks it takes at once; 1 where nothing is said. */
  readonly max_concurrent?: number;
  /** What it says of itself (A2A-shaped). */
  readonly card?: Data;
  /** Where work is pushed to; without one it claims. */
  readonly endpoint?: { readonly url: string; readonly secret?: string };
};

export type RegisteredAgent = {
  readonly id: string;
  readonly name: string;
  /** Of its endpoint; told here and never again. */
  readonly secret?: string;
} & Data;

/** A piece of work: one attempt at one step. The id names run, step and attempt. */
export type Task = {
  readonly id: string;
  readonly run_id: string;
  readonly step: string;
  readonly attempt: number;
  readonly title: string;
  readonly instructions: string;
  readonly acceptance: readonly string[] | string;
  readonly goal: Data;
  /** What the steps before left behind. */
  readonly inputs: readonly Data[];
  /** What people said to the question that the last attempt asked; null where none did. */
  readonly answer: Data | null;
  /** What the last attempt left with its question; null where it left nothing. */
  readonly checkpoint: unknown;
  readonly guidance: readonly Data[];
  readonly parameters: Data;
  /** Give a sign of life before this moment (ISO 8601), or somebody else gets it. */
  readonly lease_until: string;
  readonly deadline: string;
};

export type TaskResult = { readonly summary: string; readonly output?: string; readonly values?: Data };

/** A question that ends the attempt; the next one comes with the answer and the checkpoint. */
export type TaskQuestion = Pick<
  NewRequest,
  "type" | "title" | "description" | "context" | "options" | "timeout_minutes"
> & { readonly checkpoint?: unknown };

export type Agents = ReturnType<typeof agentsOf>;

/** The registry of outside agents, behind this transport. */
export function agentsOf(transport: Transport) {
  const at = (id: string): string => `/api/v1/agents/${encodeURIComponent(id)}`;
  return {
    register: (agent: NewAgent, options: CallOptions = {}) =>
      transport.call<RegisteredAgent>("POST", "/api/v1/agents", { ...options, body: agent }),
    get: (id: string, options: CallOptions = {}) => transport.call<RegisteredAgent>("GET", at(id), options),
    list: (paging: Paging = {}, options: CallOptions = {}): List<RegisteredAgent> =>
      listAt(transport, "/api/v1/agents", paging, options),
    /** Says that it lives. Silent for a minute, it is listed as silent and the operators are told. */
    heartbeat: (id: string, options: CallOptions = {}) =>
      transport.call<{ readonly status: string } & Data>("POST", `${at(id)}/heartbeat`, {
        ...options,
        body: {},
      }),
    remove: (id: string, options: CallOptions = {}): Promise<void> =>
      transport.call("DELETE", at(id), options),
  };
}

export type Claim = {
  /** The agent's id or name. */
  readonly agent: string;
  /** How many seconds to wait for work where there is none; up to 60. */
  readonly wait?: number;
  /** How long a silence costs the task: 10–600, 60 where nothing is said. */
  readonly lease_seconds?: number;
};

export type Tasks = ReturnType<typeof tasksOf>;

/** Work for outside agents, behind this transport. All but `claim` throw `stale_attempt` once the task is not yours any more. */
export function tasksOf(transport: Transport) {
  const at = (id: string): string => `/api/v1/tasks/${encodeURIComponent(id)}`;
  return {
    /** The next task; null where there is none yet. It is yours until its lease ends. */
    async claim(claim: Claim, options: CallOptions = {}): Promise<Task | null> {
      const waiting = { ...options, body: claim, waitMs: (claim.wait ?? 0) * 1_000 };
      const answer = await transport.call<{ readonly task: Task } | undefined>(
        ...(["POST", "/api/v1/tasks/claim", waiting] as const),
      );
      return answer?.task ?? null;
    },
    /** Tells people how far it is, and renews the lease. */
    progress: (
      id: string,
      told: { readonly note: string; readonly percent?: number },
      options: CallOptions = {},
    ) =>
      transport.call<{ readonly lease_until: string }>("POST", `${at(id)}/progress`, {
        ...options,
        body: told,
      }),
    complete: (id: string, result: TaskResult, options: CallOptions = {}) =>
      transport.call<Data>("POST", `${at(id)}/complete`, { ...options, body: result }),
    /** `retry`: somebody may try it again. */
    fail: (
      id: string,
      why: { readonly reason: string; readonly retry?: boolean },
      options: CallOptions = {},
    ) => transport.call<Data>("POST", `${at(id)}/fail`, { ...options, body: why }),
    /** Asks people; this attempt ends here. */
    ask: (id: string, question: TaskQuestion, options: CallOptions = {}) =>
      transport.call<{ readonly question_id: string }>("POST", `${at(id)}/ask`, {
        ...options,
        body: question,
      }),
  };
}
