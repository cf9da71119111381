import { type Callback, readCallback } from "./callback.ts";
import { createSignedHandler, type SignedHandler, type SignedOptions } from "./signed-handler.ts";

/** What became of a callback; "already processed" where its checkpoint was used before. */
export type Resumption = "resumed" | "already processed";

export type CallbackHandlerOptions = SignedOptions & {
  /** Goes on with the workflow: `(callback) => agent.resume(callback)`. What it throws makes the callback come again. */
  readonly resume: (callback: Callback) => Promise<unknown>;
};

/**
 * Answers callbacks: verifies, looks whether it was processed already, resumes; then `{"status":"resumed","workflow_id"}`.
 * For Hono: `app.post("/resume", (c) => handle(c.req.raw))`; for node:http: `createServer(toNodeListener(handle))`.
 */
export function createCallbackHandler({ resume, ...options }: CallbackHandlerOptions): SignedHandler {
  return createSignedHandler(options, {
    read: readCallback,
    keyOf: ({ request_id, event }) => `${request_id}:${event}`,
    async work(callback) {
      const { workflow_id } = callback.metadata;
      const status = await resume(callback);
      return status === "already processed" ? { status } : { status: "resumed", workflow_id };
    },
  });
}
