import type { ActionsBlock, Button, ConfirmationDialog, Overflow } from "@slack/types";
import type { Consultation } from "#engine/consultation/consultation.ts";
import { mayAnybodyName } from "#engine/consultation/policy.ts";
import type { Question } from "#engine/consultation/question.ts";
import type { Run } from "#engine/run/run.ts";
import { actions, button, confirmation, plain } from "./elements.ts";
import { plainTitleOf, stopButton } from "./goal-words.ts";
import { actionId, type ValueOf, writeValue } from "./names.ts";
import { needsFourEyes } from "./question-words.ts";
import { bare } from "./text.ts";
import { plainAgentName } from "./who.ts";

type Asked = {
  readonly consultation: Consultation;
  readonly run: Run | null;
  readonly requesterAlone: boolean;
  /** Keeps several questions on one surface apart. */
  readonly suffix?: string | number | undefined;
};

/** What can be answered, each button with its effect. Null once the question is not open any more. */
export function questionButtons(asked: Asked): ActionsBlock | null {
  const { consultation } = asked;
  const { question, state, id } = consultation;
  if (state !== "open" || question === null) return null;
  const { suffix } = asked;
  const value = { consultation: id };
  switch (question.type) {
    case "approval":
      return isUnanswerable(asked) ? unanswerable(asked) : approval(asked, question);
    case "decision":
      return question.options.length === 0
        ? actions(button("question.answer", "Answer…", value, { suffix }))
        : actions(...choices(asked, question));
    case "clarification":
      return actions(
        button("question.answer", "Answer…", value, { style: "primary", suffix }),
        ...choices(asked, question),
      );
    case "work":
      return actions(
        button("question.done", "Done", value, { style: "primary", suffix }),
        more(asked, [PASS]),
      );
  }
}

/** Whether nobody at all may approve as things are: the requester is alone, and the rules want somebody else. */
export const isUnanswerable = ({ consultation, requesterAlone }: Alone): boolean =>
  requesterAlone &&
  needsFourEyes(consultation) &&
  (consultation.question?.risk === "high" || consultation.policy?.fourEyes === "always");

/** Whether the requester is the only one who may approve, and does so with a record of it. */
export const isAloneAllowed = (alone: Alone): boolean =>
  alone.requesterAlone && needsFourEyes(alone.consultation) && !isUnanswerable(alone);

type Alone = { readonly consultation: Consultation; readonly requesterAlone: boolean };

const unanswerable = ({ consultation, run, suffix }: Asked): ActionsBlock | null =>
  actions(
    button(
      "question.name-reviewers",
      "Name a reviewer…",
      { consultation: consultation.id },
      { style: "primary", suffix },
    ),
    run && suffix === undefined ? stopButton(run, "Cancel the goal") : null,
  );

function approval(asked: Asked, question: Question): ActionsBlock | null {
  const { consultation, suffix } = asked;
  const alone = isAloneAllowed(asked);
  const value = { consultation: consultation.id, alone };
  return actions(
    alone ? approveAlone(asked, question) : approve(asked, question),
    button("question.request-changes", "Request changes…", value, { suffix }),
    button("question.reject", "Reject…", value, { style: "danger", suffix }),
    more(asked, [...(alone ? [] : [NOTE]), ...(mayAnybodyName(consultation) ? [PASS] : [])]),
  );
}

function approve(asked: Asked, question: Question): Button {
  const { consultation, suffix } = asked;
  const label = question.rehearsed ? "Approve (decides nothing)" : withEffect("Approve", question);
  const isGrave = question.risk === "high" && !question.rehearsed;
  return button(
    "question.approve",
    label,
    { consultation: consultation.id },
    { style: "primary", suffix, ...(isGrave && { confirm: graveConfirmation(asked, question) }) },
  );
}

const withEffect = (verb: string, { effect }: Question): string => (effect ? `${verb}: ${effect}` : verb);

/** Slack's own question repeats effect and target, so that a hurried thumb reads them once more. */
const graveConfirmation = ({ consultation, run }: Asked, question: Question): ConfirmationDialog =>
  confirmation({
    title: `${bare(question.effect ?? "Approve", 80)}: high risk`,
    text: `${bare(question.what, 150)}${targetOf(consultation, run)} Approving starts it now.`,
    yes: "Yes, approve",
    no: "Not yet",
    style: "danger",
  });

/** " On billing, branch countersign/g14-….", " Affects: payments. For code-review · agent." */
function targetOf({ outside, question }: Consultation, run: Run | null): string {
  if (outside) {
    const affected = question?.evidence.find(({ label, kind }) => label === "Affects" && kind === "line");
    const target = affected ? ` ${bare(`A${affected.text.slice(1)}`, 60)}.` : "";
    return `${target} Asked by ${plainAgentName(outside.agent)}.`;
  }
  if (!run?.brief) return "";
  const { projectName, branch } = run.brief;
  return projectName === null
    ? ` For: ${bare(plainTitleOf(run), 60)}.`
    : ` On ${bare(projectName, 40)}, branch ${bare(branch, 60)}.`;
}

const approveAlone = ({ consultation, run, suffix }: Asked, question: Question): Button =>
  button(
    "question.approve-alone",
    "Approve alone…",
    { consultation: consultation.id, alone: true },
    {
      style: "primary",
      suffix,
      confirm: confirmation({
        title: consultation.outside ? "Approve for your own agent, alone?" : "Approve your own goal alone?",
        text: `${bare(question.what, 120)}${targetOf(consultation, run)} It is recorded as approved alone by you, ${consultation.outside ? "whose agent asked" : "who asked"} for it.`,
        yes: "Approve alone",
        no: "Not yet",
      }),
    },
  );

const choices = ({ consultation, suffix }: Asked, question: Question): readonly Button[] =>
  question.options.map(({ label }, option) =>
    button(
      "question.choose",
      label,
      { consultation: consultation.id, option },
      { suffix: suffix === undefined ? option : `${suffix}-${option}` },
    ),
  );

type Choice = readonly [ValueOf<"question.more">["choice"], string];

const NOTE: Choice = ["note", "Approve with a note…"];
/** Only where somebody may take it: whoever asked, or whoever was named. */
const PASS: Choice = ["pass", "Not mine…"];

/** What is wanted seldom. Null where there is nothing: Slack takes no empty menu. */
function more({ consultation, suffix }: Asked, choices: readonly Choice[]): Overflow | null {
  if (choices.length === 0) return null;
  return {
    type: "overflow",
    action_id: actionId("question.more", suffix),
    options: choices.map(([choice, label]) => ({
      text: plain(label, 75),
      value: writeValue("question.more", { consultation: consultation.id, choice }),
    })),
  };
}
