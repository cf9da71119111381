import { z } from "@hono/zod-openapi";
import type { OutsideAgentRow } from "#db/outside-agents.ts";
import { AgentName, Capability } from "#engine/run/plan.ts";
import { iso } from "../outside/wire.ts";
import type { WantedAgent } from "../outside/work/register-agent.ts";
import { Moment } from "./schemas.ts";

const MOST_CARD_BYTES = 65_536;

/** A whole number within these. */
export const whole = (least: number, most: number) => {
  const size = `Write a whole number from ${least} to ${most}.`;
  return z.int(size).min(least, size).max(most, size);
};

/** How long a silence costs an agent its tasks. */
export const LeaseSeconds = whole(10, 600).openapi({
  description: "How long each sign of life holds, in seconds.",
  example: 60,
});

const text = (least: number, most: number) => {
  const size = least > 0 ? `Write ${least} to ${most} characters.` : `Write ${most} characters at most.`;
  return z.string(size).min(least, size).max(most, size);
};

const NAME = "Write 2 to 60 letters and digits, with spaces, dots, dashes and underscores inside.";
const CAPABILITY = "Write letters and digits, then also dots, colons, dashes and underscores, at most 60.";

/** What an agent says of itself when it registers (S2-42, S2-43). */
export const AgentBody = z
  .strictObject({
    name: z
      .string(NAME)
      .refine((name) => AgentName.safeParse(name).success, NAME)
      .openapi({
        description: "Nobody's in the Slack workspace. Cards say “… · agent”.",
        example: "scanner",
      }),
    description: text(0, 500).default("").openapi({ description: "For people, and for the planner." }),
    capabilities: z
      .array(
        z
          .string(CAPABILITY)
          .transform((word) => word.toLowerCase())
          .refine((word) => Capability.safeParse(word).success, CAPABILITY)
          .openapi({ type: "string", example: "code-review" }),
      )
      .max(30, "Name 30 capabilities at most.")
      .transform((words) => [...new Set(words)])
      .default([])
      .openapi({ type: "array", items: { type: "string" }, maxItems: 30, example: ["code-review"] }),
    max_concurrent: whole(1, 100).default(1).openapi({ description: "How many tasks it holds at once." }),
    lease_seconds: LeaseSeconds.default(60),
    card: z
      .record(z.string(), z.unknown(), "Send an object.")
      .refine(
        (card) => Buffer.byteLength(JSON.stringify(card)) <= MOST_CARD_BYTES,
        "A card may have 64 kB at most.",
      )
      .nullable()
      .default(null)
      .openapi({ description: "Its agent card (A2A), kept as it comes." }),
    endpoint: z
      .strictObject({
        url: text(1, 2_048).openapi({ example: "https://agent.example.com/tasks" }),
        secret: text(16, 255)
          .optional()
          .openapi({ description: "Yours; made and answered once where none is given." }),
      })
      .nullable()
      .default(null)
      .openapi({ description: "Where work is pushed to, signed (`task.assigned`). Without one it claims." }),
  })
  .openapi("NewAgent");

/** What was said, in our words. */
export const fromAgentBody = (body: z.output<typeof AgentBody>): WantedAgent => ({
  ...{ name: body.name, description: body.description, capabilities: body.capabilities },
  ...{ maxConcurrent: body.max_concurrent, leaseMs: body.lease_seconds * 1_000 },
  ...{ card: body.card, endpoint: body.endpoint },
});

export const AgentWire = z
  .object({
    ...{ id: z.uuid(), name: z.string(), description: z.string(), capabilities: z.array(z.string()) },
    ...{ max_concurrent: z.int(), lease_seconds: z.int() },
    card: z.record(z.string(), z.unknown()).nullable(),
    push: z.boolean().openapi({ description: "Whether work is pushed to it." }),
    status: z.enum(["healthy", "busy", "silent", "off"]).openapi({
      description: "`off`: nothing is pushed to its address any more; `status_reason` says why.",
    }),
    status_reason: z.string().nullable(),
    tasks: z.int().openapi({ description: "How many it holds now." }),
    ...{ last_heartbeat_at: Moment, registered_at: Moment },
  })
  .openapi("Agent");

/** An agent as all see it whose key reaches it. Its address is its own. */
export const toAgentWire = (agent: OutsideAgentRow): z.output<typeof AgentWire> => ({
  ...{ id: agent.id, name: agent.name, description: agent.description },
  ...{ capabilities: [...agent.capabilities], max_concurrent: agent.maxConcurrent },
  ...{ lease_seconds: agent.leaseMs / 1_000, card: agent.card as Record<string, unknown> | null },
  ...{ push: agent.endpointId !== null, status: statusOf(agent), status_reason: agent.endpointOff },
  ...{ tasks: agent.tasks, last_heartbeat_at: iso(agent.heartbeatAt.getTime()) },
  registered_at: iso(agent.registeredAt.getTime()),
});

/** How an agent does, in one word. */
function statusOf({
  endpointOff,
  isSilent,
  tasks,
  maxConcurrent,
}: OutsideAgentRow): z.output<typeof AgentWire>["status"] {
  if (endpointOff !== null) return "off";
  if (isSilent) return "silent";
  return tasks >= maxConcurrent ? "busy" : "healthy";
}
