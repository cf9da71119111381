import { loadConsultation } from "#db/load.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import { channelsOf, refuseUnlessMayName } from "#engine/consultation/policy.ts";
import { Refusal } from "#engine/errors.ts";
import type { Card } from "./blocks/card.ts";
import { answerForm, noteForm, reviewersForm } from "./blocks/forms.ts";
import { lateClick } from "./blocks/private.ts";
import { readReviewers, readText } from "./blocks/read-forms.ts";
import type { Desk } from "./desk.ts";
import type { Listening } from "./listen.ts";
import { refuseOutsiders } from "./members.ts";

type Answering = {
  readonly workspaceId: string;
  readonly person: string;
  readonly consultation: string;
  readonly decision: string;
  readonly note?: string;
  readonly alone?: boolean;
  readonly onceId: string;
};

/** What a question's buttons and forms do. */
export function listenForAnswers({ onClick, onForm }: Listening, desk: Desk): void {
  onClick("question.approve", ({ value, ...who }) => answer(desk, { ...who, ...value, decision: "approve" }));
  onClick("question.approve-alone", ({ value, ...who }) =>
    answer(desk, { ...who, ...value, decision: "approve", alone: true }),
  );
  onClick("question.done", ({ value, ...who }) => answer(desk, { ...who, ...value, decision: "done" }));
  onClick("question.choose", async ({ value, ...who }) => {
    const { question } = await consultationOf(desk, who.workspaceId, value.consultation);
    const option = question?.options[value.option];
    if (!option) throw new Refusal("bad_input", "This question has no such option any more.");
    return answer(desk, { ...who, consultation: value.consultation, decision: option.key });
  });
  for (const [name, decision] of NOTED)
    onClick(name, ({ value, ...who }) => askForNote(desk, who, { ...value, decision }));
  onClick("question.more", ({ value: { consultation, choice }, ...who }) =>
    choice === "pass"
      ? openReviewersForm(desk, who, consultation)
      : askForNote(desk, who, { consultation, decision: "approve", alone: false }),
  );
  onClick("question.name-reviewers", ({ value, ...who }) => openReviewersForm(desk, who, value.consultation));
  onClick("question.answer", ({ value, ...who }) => openForm(desk, who, value.consultation, answerForm));

  onForm("question.note", async ({ metadata, values, ...who }) => {
    const note = readText(values, "note", metadata.decision === "request_changes");
    if (note.kind === "wrong") return { errors: note.errors };
    const late = await answer(desk, { ...who, ...metadata, note: note.value });
    return late && { say: late };
  });
  onForm("question.answer", async ({ metadata, values, ...who }) => {
    const text = readText(values, "answer", true);
    if (text.kind === "wrong") return { errors: text.errors };
    const late = await answer(desk, { ...who, ...metadata, decision: "text", note: text.value });
    return late && { say: late };
  });
  onForm("question.name-reviewers", async ({ metadata, values, workspaceId, person, onceId }) => {
    const people = readReviewers(values);
    if (people.kind === "wrong") return { errors: people.errors };
    await nameReviewers(desk, {
      workspaceId,
      person,
      onceId,
      consultation: metadata.consultation,
      people: people.value,
    });
    return null;
  });
}

const NOTED = [
  ["question.request-changes", "request_changes"],
  ["question.reject", "reject"],
] as const;

/** Settles the question, or tells whoever comes late who decided and when. */
async function answer(desk: Desk, answering: Answering): Promise<Card | null> {
  const { workspaceId, person, decision, note = "", alone = false, onceId } = answering;
  const { id, policy, requester } = await consultationOf(desk, workspaceId, answering.consultation);
  const where = { channels: channelsOf(policy), people: policy?.people ?? [] };
  const who = await desk.people.standing({ workspaceId, personId: person, requester, ...where });
  const command = { type: "answer", decision, note, alone, who } as const;
  try {
    await desk.engine.submit({ kind: "consultation", id, workspaceId }, command, `person:${person}`, onceId);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "already_settled") throw error;
    const settled = await consultationOf(desk, workspaceId, id);
    return lateClick(settled, await desk.contexts.about(workspaceId, settled));
  }
}

type Who = {
  readonly workspaceId: string;
  readonly person: string;
  readonly open: Parameters<Parameters<Listening["onClick"]>[1]>[0]["open"];
};

/** The form opens first, while Slack's trigger lives; that the question may be settled is said when it is sent. */
async function askForNote(
  desk: Desk,
  who: Who,
  asked: {
    readonly consultation: string;
    readonly decision: (typeof NOTED)[number][1] | "approve";
    readonly alone: boolean;
  },
): Promise<Card | null> {
  const { decision, alone } = asked;
  return openForm(desk, who, asked.consultation, (one, names) => noteForm(one, { decision, alone }, names));
}

/** Whoever may not name anybody hears so before they have filled in a form. */
const openReviewersForm = (desk: Desk, who: Who & { readonly person: string }, id: string) =>
  openForm(desk, who, id, (consultation, names) => {
    refuseUnlessMayName(consultation, who.person);
    return reviewersForm(consultation, names);
  });

async function openForm(
  desk: Desk,
  { workspaceId, open }: Who,
  id: string,
  form: (consultation: Consultation, names: (id: string) => string) => Parameters<Who["open"]>[0],
): Promise<Card | null> {
  const consultation = await consultationOf(desk, workspaceId, id);
  const context = await desk.contexts.about(workspaceId, consultation);
  if (consultation.state !== "open") return lateClick(consultation, context);
  await open(form(consultation, context.people));
  return null;
}

async function nameReviewers(
  desk: Desk,
  named: {
    readonly workspaceId: string;
    readonly person: string;
    readonly consultation: string;
    readonly people: readonly string[];
    readonly onceId: string;
  },
): Promise<void> {
  const { workspaceId, person, consultation: id, people, onceId } = named;
  await refuseOutsiders(desk, workspaceId, people);
  const command = { type: "name reviewers", people, by: person } as const;
  await desk.engine.submit({ kind: "consultation", id, workspaceId }, command, `person:${person}`, onceId);
}

async function consultationOf(desk: Desk, workspaceId: string, id: string): Promise<Consultation> {
  const consultation = await loadConsultation(desk.sql, workspaceId, id);
  if (!consultation) throw new Refusal("not_found", "There is no such question any more.");
  return consultation;
}
