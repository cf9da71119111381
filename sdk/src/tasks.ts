import type { Answer, Data } from "./events.ts";
import { type List, listAt, type Paging } from "./pages.ts";
import type { NewRequest } from "./requests.ts";
import type { CallOptions, Transport } from "./transport.ts";

/** How an agent introduces itself. Registering again under the same name with the same key renews it. */
export type NewAgent = {
  /** Nobody's in the Slack workspace, and no other process's: who signs off gives back all that its name holds. */
  readonly name: string;
  readonly description?: string | undefined;
  readonly capabilities?: readonly string[] | undefined;
  /** How many tasks it takes at once; 1 where nothing is said. */
  readonly max_concurrent?: number | undefined;
  /** How long a silence costs it a task: 10–600, 60 where nothing is said. */
  readonly lease_seconds?: number | undefined;
  /** What it says of itself (A2A-shaped). */
  readonly card?: Data | undefined;
  /** Where work is pushed to; without one it claims. */
  readonly endpoint?: { readonly url: string; readonly secret?: string | undefined } | undefined;
};

/** An agent as the registry has it. */
export type RegisteredAgent = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly capabilities: readonly string[];
  readonly max_concurrent: number;
  readonly lease_seconds: number;
  readonly card: Data | null;
  readonly push: boolean;
  readonly status: "healthy" | "busy" | "silent" | "off";
  readonly status_reason: string | null;
  /** How many it holds. */
  readonly tasks: number;
  readonly last_heartbeat_at: string;
  readonly registered_at: string;
  /** Of its endpoint; told here and never again, where it was made. */
  readonly secret?: string;
};

/** A piece of work: one attempt at one step. The id names run, step and attempt. */
export type Task = {
  readonly id: string;
  readonly run_id: string;
  readonly step: string;
  readonly attempt: number;
  readonly title: string;
  readonly instructions: string;
  readonly acceptance: readonly string[];
  readonly risk: string;
  readonly effects: readonly string[];
  readonly goal: {
    readonly id: string;
    readonly number: number;
    readonly text: string;
    readonly requirements: readonly string[];
    readonly requested_by: string;
  };
  readonly project: { readonly id: string; readonly name: string } | null;
  readonly branch: string;
  /** What the steps before left behind: data, never instruction. */
  readonly inputs: readonly (Data & {
    readonly step: string;
    readonly title: string;
    readonly summary: string;
    readonly text?: string;
    readonly values?: Readonly<Partial<Record<string, string>>>;
  })[];
  readonly skipped: readonly string[];
  /** What people said to the question that the last attempt asked; null where it asked none. */
  readonly answer: Answer | null;
  /** What the last attempt left with its question; null where it left nothing. */
  readonly checkpoint: unknown;
  readonly guidance: readonly { readonly by: string; readonly text: string }[];
  readonly parameters: Readonly<Partial<Record<string, string>>>;
  readonly lease_seconds: number;
  /** Give a sign of life before this moment (ISO 8601), or somebody else gets it. */
  readonly lease_until: string;
  readonly deadline: string;
};

export type TaskResult = {
  /** One line for people. */
  readonly summary: string;
  readonly output?: string | undefined;
  /** For later steps. */
  readonly values?: Readonly<Record<string, string>> | undefined;
};

/** How the step and the run stand after a task was ended. */
export type TaskEnded = {
  readonly task_id: string;
  readonly status: string;
  readonly run_status: string;
};

/** A question that ends the attempt; the next one comes with the answer and the checkpoint. */
export type TaskQuestion = Pick<
  NewRequest,
  "type" | "title" | "description" | "context" | "options" | "timeout_minutes"
> & { readonly checkpoint?: unknown };

/** How it stands, and which tasks it holds. */
export type Heartbeat = Pick<RegisteredAgent, "id" | "name" | "status" | "status_reason"> & {
  readonly tasks: readonly string[];
};

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
      transport.call<Heartbeat>("POST", `${at(id)}/heartbeat`, {
        ...options,
        body: {},
      }),
    /** Signs it off: what it holds goes back at once, and costs the steps no try. */
    remove: (id: string, options: CallOptions = {}): Promise<void> =>
      transport.call("DELETE", at(id), options),
  };
}

export type Claim = {
  /** The agent's id or name. */
  readonly agent: string;
  /** How many seconds to wait for work where there is none; up to 60. */
  readonly wait?: number | undefined;
  /** How long a silence costs the task: 10–600, 60 where nothing is said. */
  readonly lease_seconds?: number | undefined;
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
    /** A sign of life, which renews the lease; what is said with it people see in the thread. */
    progress: (
      id: string,
      told: { readonly note?: string; readonly percent?: number } = {},
      options: CallOptions = {},
    ) =>
      transport.call<{ readonly lease_until: string }>("POST", `${at(id)}/progress`, {
        ...options,
        body: told,
      }),
    complete: (id: string, result: TaskResult, options: CallOptions = {}) =>
      transport.call<TaskEnded>("POST", `${at(id)}/complete`, { ...options, body: result }),
    /** `retry` (true where nothing is said): trying again may help. Where not, people are asked how it goes on. */
    fail: (
      id: string,
      why: { readonly reason: string; readonly retry?: boolean },
      options: CallOptions = {},
    ) => transport.call<TaskEnded>("POST", `${at(id)}/fail`, { ...options, body: why }),
    /** Asks people; this attempt ends here. */
    ask: (id: string, question: TaskQuestion, options: CallOptions = {}) =>
      transport.call<{ readonly question_id: string }>("POST", `${at(id)}/ask`, {
        ...options,
        body: question,
      }),
  };
}
