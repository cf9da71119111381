import { z } from "zod";

/** How events are written for who asks for them: the documented envelope, or CloudEvents 1.0 (S0-71). */
export const EVENT_FORMATS = ["countersign", "cloudevents"] as const;
export type EventFormat = (typeof EVENT_FORMATS)[number];

/** What of an envelope a CloudEvent holds. */
type Told = {
  readonly event_id: string;
  readonly event_type: string;
  readonly workflow_id: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: { readonly agent_id: string | null; readonly correlation_id: string };
};

/** An event as CloudEvents' JSON format has it. */
export const CloudEvent = z.object({
  ...{ specversion: z.literal("1.0"), id: z.string(), source: z.string(), type: z.string() },
  ...{ subject: z.string(), time: z.string(), datacontenttype: z.literal("application/json") },
  data: z.record(z.string(), z.unknown()),
  ...{ agentid: z.string().optional(), correlationid: z.string() },
});
type CloudEvent = z.output<typeof CloudEvent>;

/**
 * An envelope as a CloudEvent. `source`: the path of the list or the run that tells it. The workflow is its subject; of the
 * metadata only the agent and the correlation id are in it, since its attributes are no places for objects.
 */
export const toCloudEvent = (told: Told, source: string): CloudEvent => ({
  ...{ specversion: "1.0", id: told.event_id, source, type: told.event_type },
  ...{ subject: told.workflow_id, time: told.timestamp, datacontenttype: "application/json" },
  data: told.data,
  ...(told.metadata.agent_id === null ? {} : { agentid: told.metadata.agent_id }),
  correlationid: told.metadata.correlation_id,
});
