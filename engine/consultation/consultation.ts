import { z } from "zod";
import type { Instant } from "../run/run.ts";
import type { Outside } from "./outside.ts";
import type { Answer, Question } from "./question.ts";

type ConsultationState = "open" | "settled" | "expired" | "withdrawn";

/** Who may answer: named people, or whoever is a full member of a channel. `fourEyes`: may the asker approve? */
export const Policy = z.strictObject({
  people: z.array(z.string()).max(5),
  channel: z.string(),
  /** Further channels that it was put to: a full member of any of them may answer. */
  otherChannels: z.array(z.string()).max(9).optional(),
  /** Whom the project or the workflow names, where they name anybody: the requester can put nobody else in their place. */
  reviewers: z.array(z.string()).max(5).optional(),
  fourEyes: z.enum(["always", "when_possible", "never"]),
});
export type Policy = z.infer<typeof Policy>;

/** A question put to people. It has a life of its own: it may belong to a run's step, or to nobody here. */
export type Consultation = {
  readonly id: string;
  readonly workspaceId: string;
  readonly seq: number;
  readonly state: ConsultationState;
  readonly question: Question | null;
  readonly policy: Policy | null;
  /** Slack id of the person for whom this is asked: four eyes keep them from approving it. */
  readonly requester: string;
  readonly origin: Origin | null;
  /** Set where an outside agent asked this over the API; missing in old rows. */
  readonly outside?: Outside;
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
  readonly remindedAt: Instant | null;
  readonly answer: Answer | null;
  readonly reason: string | null;
  readonly endedAt: Instant | null;
};

/** The step that waits for the answer. */
export type Origin = { readonly runId: string; readonly key: string };

export const noConsultation = (id: string, workspaceId: string): Consultation => ({
  id,
  workspaceId,
  seq: 0,
  state: "open",
  question: null,
  policy: null,
  requester: "",
  origin: null,
  openedAt: 0,
  expiresAt: 0,
  remindedAt: null,
  answer: null,
  reason: null,
  endedAt: null,
});

export type ConsultationFact =
  | {
      readonly type: "consultation.opened";
      readonly question: Question;
      readonly policy: Policy;
      readonly requester: string;
      readonly origin: Origin | null;
      readonly outside?: Outside;
      readonly expiresAt: Instant;
    }
  | { readonly type: "consultation.reminded" }
  | { readonly type: "consultation.named"; readonly people: readonly string[] }
  | { readonly type: "consultation.settled"; readonly answer: Answer }
  | { readonly type: "consultation.expired" }
  | { readonly type: "consultation.withdrawn"; readonly reason: string };

/** What a fact does to a consultation. Never refuses. */
export function applyToConsultation(before: Consultation, fact: ConsultationFact, at: Instant): Consultation {
  const next = { ...before, seq: before.seq + 1 };
  switch (fact.type) {
    case "consultation.opened": {
      const { question, policy, requester, origin, outside, expiresAt } = fact;
      const opened = { question, policy, requester, origin, openedAt: at, expiresAt };
      return { ...next, ...opened, ...(outside ? { outside } : {}) };
    }
    case "consultation.reminded":
      return { ...next, remindedAt: at };
    case "consultation.named":
      return { ...next, policy: before.policy && { ...before.policy, people: [...fact.people] } };
    case "consultation.settled":
      return { ...next, state: "settled", answer: fact.answer, endedAt: at };
    case "consultation.expired":
      return { ...next, state: "expired", endedAt: at };
    case "consultation.withdrawn":
      return { ...next, state: "withdrawn", reason: fact.reason, endedAt: at };
  }
}

/** The next moment at which time alone changes something: half-way (asked once more), then the deadline. */
export function consultationDueAt({
  state,
  seq,
  openedAt,
  expiresAt,
  remindedAt,
}: Consultation): Instant | null {
  if (seq === 0 || state !== "open") return null;
  return remindedAt === null ? halfWay(openedAt, expiresAt) : expiresAt;
}

/** When an unanswered question is asked once more; whole milliseconds, since a database column holds it. */
export const halfWay = (openedAt: Instant, expiresAt: Instant): Instant =>
  openedAt + Math.floor((expiresAt - openedAt) / 2);
