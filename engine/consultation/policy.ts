import { Refusal } from "../errors.ts";
import type { Consultation, Policy } from "./consultation.ts";

/** What Slack says of a person at the moment of the answer. The rules know no Slack: it comes in with the command. */
export type Standing = {
  readonly id: string;
  /** A full member of the workspace: no bot, no guest, nobody from another company (Slack Connect). */
  readonly isFullMember: boolean;
  readonly isInChannel: boolean;
  /** The answer comes over the API with this person's token, not from their hand in Slack. */
  readonly byToken?: boolean;
  /** Whether anybody but this person may answer too. */
  readonly othersMayAnswer: boolean;
};

/** Refuses (`not_allowed`) whoever may not answer this question, with a sentence to show them privately. */
export function refuseUnlessMayAnswer(consultation: Consultation, who: Standing, alone: boolean): void {
  const { policy, question } = consultation;
  if (!policy || !question) throw new Refusal("not_found", "There is no such question.");
  if (!who.isFullMember) throw no("Only full members of this workspace can answer.");
  if (who.byToken && who.id === consultation.requester)
    throw no("This was asked with a key of yours, so your token can't answer it: answer it in Slack.");
  if (policy.people.length > 0 && !policy.people.includes(who.id))
    throw no(`Only ${listed(policy.people)} can answer this.`);
  if (policy.people.length === 0 && !who.isInChannel)
    throw no(`Only members of ${listedChannels(policy)} can answer this.`);
  if (isOwnApproval(consultation, who)) refuseUnlessMayApproveAlone(consultation, who, alone);
}

/** Whether this person's approval counts only because nobody else may give it: then it is recorded as such. */
export const mustBeAlone = (consultation: Consultation, who: Standing): boolean =>
  isOwnApproval(consultation, who) && consultation.policy?.fourEyes !== "never";

const isOwnApproval = ({ question, requester }: Consultation, who: Standing): boolean =>
  question?.type === "approval" && !question.rehearsed && who.id === requester;

function refuseUnlessMayApproveAlone(
  { policy, question, outside }: Consultation,
  who: Standing,
  alone: boolean,
): void {
  if (policy?.fourEyes === "never") return;
  const asked = outside ? "Your agent asked for this" : "You asked for this";
  if (policy?.fourEyes === "always" || who.othersMayAnswer)
    throw no(`${asked}, so somebody else must answer (four eyes).`);
  if (question?.risk === "high")
    throw no(`${asked} and its risk is high, so somebody else must answer. Name a reviewer.`);
  if (!alone)
    throw no("Nobody else can answer this. Use “Approve alone…”: it is recorded as approved alone by you.");
}

/** Refuses (`not_allowed`) whoever may not name reviewers: only who asked may, and who is named may hand it on. */
export function refuseUnlessMayName(consultation: Consultation, by: string): void {
  const { policy, requester, outside } = consultation;
  const people = policy?.people ?? [];
  if ((by === requester && by !== "") || people.includes(by)) return;
  const whose = outside ? "whose agent asked" : "who asked";
  const asker = requester === "" ? "" : `<@${requester}>, ${whose},`;
  if (people.length > 0)
    throw no(`Only ${listed(people)}${asker && `, or ${asker}`} can name other reviewers.`);
  const where = policy ? ` in ${listedChannels(policy)}` : "";
  throw no(`Leave it to the others${where}.${asker && ` Only ${asker} can name reviewers.`}`);
}

/** All channels that a question was put to, the first one first; none where it was put to people and there is no channel. */
export const channelsOf = (policy: Policy | null): readonly string[] =>
  policy ? [policy.channel, ...(policy.otherChannels ?? [])].filter((id) => id !== "") : [];

/** Whether there is anybody who may name reviewers: somebody who asked, or somebody who was named and may hand it on. */
export const mayAnybodyName = ({ policy, requester }: Consultation): boolean =>
  requester !== "" || (policy?.people.length ?? 0) > 0;

const listedChannels = (policy: Policy): string =>
  channelsOf(policy)
    .map((id) => `<#${id}>`)
    .join(" or ");

const no = (sentence: string): Refusal => new Refusal("not_allowed", sentence);

/** People as a sentence names them: "<@U02BOB> or <@U03CAROL>". */
export const listed = (people: readonly string[]): string => people.map((id) => `<@${id}>`).join(" or ");
