import type { Envelope } from "./events.ts";
import { createSignedHandler, type SignedHandler, type SignedOptions } from "./signed-handler.ts";

export type EventHandlerOptions = SignedOptions & {
  /** Does something about an event. What it throws makes the event come again. */
  readonly hear: (event: Envelope) => Promise<unknown>;
};

/** Answers the posts of a subscription (`client.webhooks.create`): each event is heard once. Used like a callback handler. */
export function createEventHandler({ hear, ...options }: EventHandlerOptions): SignedHandler {
  return createSignedHandler(options, {
    read: readEvent,
    keyOf: ({ event_id }) => event_id,
    async work(event) {
      await hear(event);
      return { status: "processed" };
    },
  });
}

function readEvent(payload: unknown): Envelope | null {
  if (!isObject(payload)) return null;
  const { event_id: id, event_type: type, workflow_id: workflow, data, metadata } = payload;
  const texts = [id, type, workflow].every((text) => typeof text === "string");
  return texts && isObject(data) && isObject(metadata) ? (payload as Envelope) : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
