import { expect } from "vitest";
import type { Answered, ApiStage } from "#test/support/api-stage.ts";

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
