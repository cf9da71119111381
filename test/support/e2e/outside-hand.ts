import { expect } from "vitest";
import type { Answered, ApiStage } from "#test/support/api-stage.ts";
import { ALICE, saveTeamWorkflow } from "./room.ts";

/** A task as an agent outside was told of it. */
export type ClaimedTask = Answered["body"];

/** An agent outside that has registered with a key of its own, and its calls. */
export type OutsideHand = Awaited<ReturnType<typeof makeHand>>;

/** Registers an agent; what it is like beside its name is in `body`, in the words of the API. */
export async function makeHand(
  stage: Pick<ApiStage, "key" | "call">,
  body: { readonly name: string } & Readonly<Record<string, unknown>>,
  wish: Parameters<ApiStage["key"]>[0] = {},
) {
  const key = await stage.key({ scopes: ["work"], name: body.name, ...wish });
  const registered = await stage.call("POST", "/api/v1/agents", { key, body });
  expect(registered.status).toBe(201);
  const claimRaw = (asked: object = {}) =>
    stage.call("POST", "/api/v1/tasks/claim", { key, body: { agent: body.name, ...asked } });
  return {
    key,
    id: String(registered.body.id),
    secret: registered.body.secret as string | undefined,
    claimRaw,

    /** The next task; claims again until there is one. */
    async claim(wait: number, asked: object = {}): Promise<ClaimedTask> {
      for (;;) {
        const claimed = await claimRaw({ wait, ...asked });
        if (claimed.status !== 204) {
          expect(claimed.status).toBe(200);
          return claimed.body.task;
        }
      }
    },

    /** Says something about a task: progress, complete, fail, ask. */
    say: (task: ClaimedTask, what: string, said: object) =>
      stage.call("POST", `/api/v1/tasks/${task.id}/${what}`, { key, body: said }),

    call: (method: string, path: string, more?: unknown) =>
      stage.call(method, path, more === undefined ? { key } : { key, body: more }),
  };
}

/** Makes agents at work: each has a capability of its own, and has claimed the one step of a goal that needs it. */
export function createWorking(stage: () => ApiStage) {
  let made = 0;
  return async (more: { readonly maxConcurrent?: number; readonly timeoutMs?: number } = {}) => {
    const [name, capability, title] = [`worker ${++made}`, `do-${made}`, `Goal ${made}`];
    const { maxConcurrent: max_concurrent = 1, timeoutMs = 300_000 } = more;
    const { sql, people } = stage();
    const hand = await makeHand(stage(), { name, capabilities: [capability], max_concurrent });
    const agent = { kind: "remote", capability };
    await saveTeamWorkflow(sql, {
      ...{ name: capability, title },
      steps: [{ key: "scan", title: `Scan for ${title}`, agent, timeoutMs }],
    });
    await people.types(ALICE, "C01GENERAL", `/goal run ${capability}`);
    return { hand, name, title, task: await hand.claim(20) };
  };
}
