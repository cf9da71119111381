import type { ConsultationFact, Policy } from "#engine/consultation/consultation.ts";
import type { ConsultationCommand } from "#engine/consultation/decide.ts";
import type { Standing } from "#engine/consultation/policy.ts";
import type { Answer } from "#engine/consultation/question.ts";
import { NOON } from "./given.ts";
import { question } from "./sample-run.ts";

/** A question's time: three days. */
export const TIMEOUT_MS = 259_200_000;

/** The full members of #deploys may answer; Alice, who asked, while nobody else may. */
export const policy: Policy = { people: [], channel: "C02DEPLOYS", fourEyes: "when_possible" };

type Opened = Extract<ConsultationFact, { readonly type: "consultation.opened" }>;

/** Alice's release is asked about; the parts that a test is about are given. */
export const opened = (changes: Partial<Opened> = {}): Opened => ({
  type: "consultation.opened",
  question,
  policy,
  requester: "U01ALICE",
  origin: { runId: "r1", key: "approve" },
  expiresAt: NOON + TIMEOUT_MS,
  ...changes,
});

/** The command that leads to `opened` with the same changes. */
export const asking = ({
  expiresAt = NOON + TIMEOUT_MS,
  ...changes
}: Partial<Opened> = {}): ConsultationCommand => {
  const { policy, requester, origin, question } = opened(changes);
  return { type: "open", question, policy, requester, origin, timeoutMs: expiresAt - NOON };
};

const standing = (id: string): Standing => ({
  id,
  isFullMember: true,
  isInChannel: true,
  othersMayAnswer: true,
});
export const alice = standing("U01ALICE");
export const bob = standing("U02BOB");

type Reply = Extract<ConsultationCommand, { readonly type: "answer" }>;

/** Bob answers, unless somebody else is given. */
export const reply = (decision: string, changes: Partial<Reply> = {}): Reply => ({
  type: "answer",
  decision,
  note: "",
  who: bob,
  alone: false,
  ...changes,
});

/** The fact that follows from `reply`. */
export const settled = (decision: string, changes: Partial<Answer> = {}): ConsultationFact => ({
  type: "consultation.settled",
  answer: { decision, note: "", by: "U02BOB", at: NOON, alone: false, ...changes },
});
