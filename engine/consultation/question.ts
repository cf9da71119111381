import { z } from "zod";
import { Risk } from "../run/plan.ts";

/** One piece of evidence: a telling line, or a longer text that a card folds. */
export const Evidence = z.strictObject({
  kind: z.enum(["line", "diff", "log", "text"]),
  label: z.string().max(60),
  text: z.string().max(100_000),
});
export type Evidence = z.infer<typeof Evidence>;

/** What a person (or an agent) is asked. Every text in it is data from outside: cards show it inert. */
export const Question = z.strictObject({
  type: z.enum(["approval", "decision", "clarification", "work"]),
  what: z.string().min(1).max(300),
  effect: z.string().max(60).optional(),
  why: z.string().max(2_000).default(""),
  risk: Risk.default("low"),
  evidence: z.array(Evidence).max(10).default([]),
  options: z
    .array(z.strictObject({ key: z.string(), label: z.string().max(75) }))
    .max(10)
    .default([]),
  /** Slack ids of named people; empty means what the project says. */
  people: z.array(z.string()).max(5).default([]),
  rehearsed: z.boolean().default(false),
  /** How long it may stay unanswered, where an agent outside said so. */
  timeoutMs: z.number().int().positive().optional(),
});
export type Question = z.infer<typeof Question>;

/** Something to look at beside an answer (S0-53). The address is data from outside: cards show it as text. */
export const Attachment = z.strictObject({ name: z.string().max(200), url: z.string().max(2_000) });
export type Attachment = z.infer<typeof Attachment>;

/** How a question was settled. `decision` is `approve`, `reject`, `request_changes`, `done`, or an option's key. */
export const Answer = z.strictObject({
  decision: z.string(),
  note: z.string().max(3_000).default(""),
  by: z.string(),
  at: z.number(),
  /** True where the requester approved because nobody else could (four eyes: `when_possible`). */
  alone: z.boolean().default(false),
  attachments: z.array(Attachment).max(10).optional(),
  /** True where it came over the API with the person's token, not from their hand in Slack. */
  byToken: z.boolean().optional(),
});
export type Answer = z.infer<typeof Answer>;
