/** Anything that a program outside may find in an event: look before you use it. */
export type Data = Readonly<Record<string, unknown>>;

/** What people said, as events and runs tell it. */
export type Answer = {
  readonly decision: string;
  readonly comment: string;
  readonly responder_id: string;
  readonly responded_at: string;
  readonly attachments?: readonly { readonly name: string; readonly url: string }[];
};

/** What each documented event carries beside `fact` and `actor`. Published ones carry what their agent gave them. */
export type EventData = {
  "workflow.started": Data;
  "workflow.completed": Data;
  /** The same as workflow.completed, for subscriptions that ask for it by this name. */
  "workflow.finished": Data;
  "workflow.failed": Data & { readonly reason?: string };
  "workflow.cancelled": Data & { readonly reason?: string };
  "task.completed": Data & { readonly step: string; readonly output: Data };
  "task.failed": Data & { readonly step: string; readonly reason: string };
  "task.blocked": Data & { readonly step: string; readonly reason: string };
  /** The same as task.blocked. */
  "agent.blocked": Data & { readonly step: string; readonly reason: string };
  "human.input.requested": Data;
  "human.input.received": Data & { readonly answer?: Answer };
  "human.input.timeout": Data;
  "request.responded": Data & { readonly answer?: Answer };
  "request.timed_out": Data;
  "request.cancelled": Data & { readonly reason?: string };
  "code.analysis.needed": Data;
  "code.approved": Data;
  "code.rejected": Data;
  "deployment.started": Data;
  "deployment.completed": Data;
  "deployment.failed": Data;
};

export type EventName = keyof EventData;

/** An event as it comes: in a run's stream, to a subscription, from the list of published ones. */
export type Envelope = {
  readonly event_id: string;
  /** A documented name where there is one, else the fact's own ("step.progressed"). */
  readonly event_type: string;
  readonly workflow_id: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly data: Data;
  readonly metadata: { readonly agent_id: string | null; readonly correlation_id: string };
};

/** An event under one of the documented names. */
export type EventOf<Name extends EventName> = Omit<Envelope, "event_type" | "data"> & {
  readonly event_type: Name;
  readonly data: EventData[Name];
};

/** Any documented event: `switch (event.event_type)` knows what is in `data`. */
export type DocumentedEvent = { [Name in EventName]: EventOf<Name> }[EventName];

/** Whether the event bears a documented name; then its type says what it carries. */
export const isDocumented = (event: Envelope): event is DocumentedEvent =>
  Object.hasOwn(NAMES, event.event_type);

/** Whether the event is of this kind. */
export const isEvent = <Name extends EventName>(event: Envelope, name: Name): event is EventOf<Name> =>
  event.event_type === name;

const NAMES: { readonly [Name in EventName]: true } = {
  "workflow.started": true,
  "workflow.completed": true,
  "workflow.finished": true,
  "workflow.failed": true,
  "workflow.cancelled": true,
  "task.completed": true,
  "task.failed": true,
  "task.blocked": true,
  "agent.blocked": true,
  "human.input.requested": true,
  "human.input.received": true,
  "human.input.timeout": true,
  "request.responded": true,
  "request.timed_out": true,
  "request.cancelled": true,
  "code.analysis.needed": true,
  "code.approved": true,
  "code.rejected": true,
  "deployment.started": true,
  "deployment.completed": true,
  "deployment.failed": true,
};

/** The documented names. */
export const EVENT_NAMES = Object.keys(NAMES) as readonly EventName[];
