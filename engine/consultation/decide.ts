import { Refusal } from "../errors.ts";
import type { Instant } from "../run/run.ts";
import { ago } from "./ago.ts";
import {
  type Consultation,
  type ConsultationFact,
  halfWay,
  type Origin,
  type Policy,
} from "./consultation.ts";
import type { Outside } from "./outside.ts";
import { listed, mustBeAlone, refuseUnlessMayAnswer, refuseUnlessMayName, type Standing } from "./policy.ts";
import type { Attachment, Question } from "./question.ts";

export type ConsultationCommand =
  | {
      readonly type: "open";
      readonly question: Question;
      readonly policy: Policy;
      readonly requester: string;
      readonly origin: Origin | null;
      readonly outside?: Outside;
      readonly timeoutMs: number;
    }
  | {
      readonly type: "answer";
      readonly decision: string;
      readonly note: string;
      readonly attachments?: readonly Attachment[];
      readonly who: Standing;
      /** Confirmed by the requester: nobody else may answer. */
      readonly alone: boolean;
    }
  | { readonly type: "name reviewers"; readonly people: readonly string[]; readonly by: string }
  | { readonly type: "withdraw"; readonly reason: string }
  | { readonly type: "keep time" };

/** What a command leads to: the facts that follow from it, or a refusal. Settled once, whoever comes first. */
export function decideConsultation(
  before: Consultation,
  command: ConsultationCommand,
  at: Instant,
): readonly ConsultationFact[] {
  if (command.type !== "open" && before.seq === 0)
    throw new Refusal("not_found", "There is no such question.");
  switch (command.type) {
    case "open":
      return open(before, command, at);
    case "answer":
      return answer(before, command, at);
    case "name reviewers":
      return nameReviewers(before, command, at);
    case "withdraw":
      return before.state === "open" ? [{ type: "consultation.withdrawn", reason: command.reason }] : [];
    case "keep time":
      return keepTime(before, at);
  }
}

type Command<T extends ConsultationCommand["type"]> = Extract<ConsultationCommand, { readonly type: T }>;

function open(before: Consultation, command: Command<"open">, at: Instant): readonly ConsultationFact[] {
  if (before.seq > 0) throw new Refusal("wrong_state", "This question has been asked already.");
  const { question, policy, requester, origin, outside, timeoutMs } = command;
  const asked = { question, policy, requester, origin, ...(outside ? { outside } : {}) };
  return [{ type: "consultation.opened", ...asked, expiresAt: at + timeoutMs }];
}

function answer(before: Consultation, command: Command<"answer">, at: Instant): readonly ConsultationFact[] {
  const { decision, who, alone, attachments = [] } = command;
  const note = command.note.trim();
  refuseUnlessOpen(before, at);
  refuseUnlessMayAnswer(before, who, alone);
  if (!decisionsFor(before.question).includes(decision))
    throw new Refusal("bad_input", `“${decision}” is no answer to this question.`);
  if (decision === "request_changes" && note === "")
    throw new Refusal("bad_input", "Say what should change: the note goes to whoever works on it.");
  if (decision === "text" && note === "") throw new Refusal("bad_input", "Write your answer first.");
  const isAlone = decision === "approve" && mustBeAlone(before, who);
  const given = { decision, note, by: who.id, at, alone: isAlone };
  const more = {
    ...(attachments.length > 0 ? { attachments: [...attachments] } : {}),
    ...(who.byToken ? { byToken: true } : {}),
  };
  return [{ type: "consultation.settled", answer: { ...given, ...more } }];
}

/** What may be answered to this kind of question; `text` means that the note is the answer. Never nothing. */
function decisionsFor(question: Question | null): readonly string[] {
  switch (question?.type) {
    case "approval":
      return ["approve", "reject", "request_changes"];
    case "work":
      return ["done"];
    case "decision":
      return question.options.length > 0 ? question.options.map((option) => option.key) : ["text"];
    case "clarification":
      return ["text", ...question.options.map((option) => option.key)];
    case undefined:
      return [];
  }
}

function nameReviewers(
  before: Consultation,
  command: Command<"name reviewers">,
  at: Instant,
): readonly ConsultationFact[] {
  refuseUnlessOpen(before, at);
  refuseUnlessMayName(before, command.by);
  refuseOwnChoice(before, command);
  if (command.people.length === 0 || command.people.length > 5)
    throw new Refusal("bad_input", "Name one to five reviewers.");
  if (command.people.includes(before.requester))
    throw new Refusal("bad_input", "Name somebody else than the person who asked.");
  return [{ type: "consultation.named", people: command.people }];
}

/** Where reviewers are set, a requester who could name others would choose who approves. A reviewer may hand it on. */
function refuseOwnChoice({ policy }: Consultation, { people, by }: Command<"name reviewers">): void {
  const { people: named = [], reviewers = [] } = policy ?? {};
  if (reviewers.length === 0 || named.includes(by) || people.every((one) => reviewers.includes(one))) return;
  throw new Refusal("not_allowed", `Only ${listed(reviewers)} can be asked for this.`);
}

function keepTime(before: Consultation, at: Instant): readonly ConsultationFact[] {
  if (before.state !== "open") return [];
  if (at >= before.expiresAt) return [{ type: "consultation.expired" }];
  const isHalfWay = before.remindedAt === null && at >= halfWay(before.openedAt, before.expiresAt);
  return isHalfWay ? [{ type: "consultation.reminded" }] : [];
}

/** Whoever comes late is told who decided, and when (design §4.10). */
function refuseUnlessOpen({ state, answer: given, reason, endedAt }: Consultation, at: Instant): void {
  const when = ago(at - (endedAt ?? at));
  switch (state) {
    case "open":
      return;
    case "settled":
      throw new Refusal(
        "already_settled",
        `<@${given?.by}> ${verbFor(given?.decision)} this already, ${when}.`,
      );
    case "expired":
      throw new Refusal("already_settled", `Nobody answered this in time: it expired ${when}.`);
    case "withdrawn":
      throw new Refusal("already_settled", `This question was withdrawn ${when}. ${reason ?? ""}`.trimEnd());
  }
}

function verbFor(decision: string | undefined): string {
  if (decision === "approve") return "approved";
  if (decision === "reject") return "rejected";
  return decision === "request_changes" ? "asked for changes to" : "answered";
}
