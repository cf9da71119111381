import type { InputBlock, ModalView, PlainTextOption } from "@slack/types";
import type { z } from "zod";
import type { Consultation } from "#engine/consultation/consultation.ts";
import type { Run } from "#engine/run/run.ts";
import type { Part } from "./card.ts";
import { plain, section, context as words } from "./elements.ts";
import { numberOf, titleOf } from "./goal-words.ts";
import { type FormName, INPUT, type METADATA, type MetadataOf, writeMetadata } from "./names.ts";
import { inert, type People } from "./text.ts";

const MOST_PROJECTS = 100;
/** Of what an option stands for; a longer name could not be told back. */
const MOST_IN_VALUE = 150;
const HOUR_MS = 3_600_000;

/** What a goal may take in working time, by what the form says. The second is what the rules take by themselves (S3-47). */
const TIMES = [
  ["30 minutes", HOUR_MS / 2],
  ["2 hours", 2 * HOUR_MS],
  ["4 hours", 4 * HOUR_MS],
  ["8 hours", 8 * HOUR_MS],
  ["24 hours", 24 * HOUR_MS],
] as const;

/** What the goal's form begins with. */
export type GoalFormState = {
  readonly channel: string;
  readonly projects: readonly { readonly name: string; readonly hasTests: boolean }[];
  /** The project of the channel. */
  readonly project?: string | undefined;
  readonly text?: string | undefined;
};

/** Asks for a goal with everything that can be said about it. */
export function goalForm({ channel, projects, project, text }: GoalFormState): ModalView {
  const known = projects.filter(({ name }) => name.length <= MOST_IN_VALUE).slice(0, MOST_PROJECTS);
  const options = known.map(({ name, hasTests }) =>
    option(`${name}${hasTests ? "" : " (no test command)"}`, name),
  );
  const initial = options[known.findIndex(({ name }) => name === project)];
  const [, twoHours] = timeOptions();
  return form("goal.form", { channel }, { title: "Start a goal", submit: "Start" }, [
    input(INPUT.goal, "What should be done?", {
      multiline: true,
      max_length: 3_000,
      initial_value: text?.slice(0, 3_000),
    }),
    input(
      INPUT.requirements,
      "What must hold?",
      { multiline: true, max_length: 3_000 },
      { optional: true, hint: "One on each line" },
    ),
    options.length === 0
      ? null
      : select(INPUT.project, "Project", options, initial, {
          optional: true,
          hint: "Where the work happens",
        }),
    select(INPUT.maxTime, "Working time at most", timeOptions(), twoHours, {
      hint: "Waiting for people does not count",
    }),
    testsBox(),
    people("Reviewers", {
      optional: true,
      hint: "Up to five. Nobody here: the project's, else everybody in the channel but you",
    }),
  ]);
}

/** Asks for the note that goes with an answer. */
export function noteForm(
  consultation: Consultation,
  {
    decision,
    alone,
  }: { readonly decision: MetadataOf<"question.note">["decision"]; readonly alone: boolean },
  names: People,
): ModalView {
  const words = { ...NOTES[decision], ...(consultation.outside ? TO_AGENT[decision] : {}) };
  return form("question.note", { consultation: consultation.id, decision, alone }, words, [
    section(`*${inert(consultation.question?.what ?? "", 300, names)}*`),
    input(
      INPUT.note,
      words.label,
      { multiline: true, max_length: 3_000 },
      { optional: words.optional, hint: words.hint },
    ),
  ]);
}

const NOTES = {
  approve: {
    title: "Approve with a note",
    submit: "Approve",
    label: "Note",
    hint: "Approving starts it now; a note is not a condition.",
    optional: true,
  },
  reject: {
    title: "Reject",
    submit: "Reject",
    label: "Why?",
    hint: "Rejecting ends the goal. The note is shown in its thread.",
    optional: true,
  },
  request_changes: {
    title: "Request changes",
    submit: "Send back",
    label: "What should change?",
    hint: "It goes to whoever works on it, and you are asked again.",
    optional: false,
  },
} as const satisfies Record<MetadataOf<"question.note">["decision"], object>;

/** What else happens where no goal waits for the answer but an agent outside. */
const TO_AGENT = {
  approve: {},
  reject: { hint: "The agent that asked is told, with your note." },
  request_changes: { hint: "It goes to the agent that asked, which may ask again." },
} as const satisfies Record<MetadataOf<"question.note">["decision"], object>;

/** Asks for an answer in words. */
export const answerForm = ({ id, question }: Consultation, names: People): ModalView =>
  form("question.answer", { consultation: id }, { title: "Answer", submit: "Answer" }, [
    section(`*${inert(question?.what ?? "", 300, names)}*`, inert(question?.why ?? "", 1_000, names)),
    input(INPUT.answer, "Your answer", { multiline: true, max_length: 3_000 }),
  ]);

/** Asks what should be different in the next run of a goal. */
export const reworkForm = (run: Run): ModalView =>
  form("goal.rework", { run: run.id }, { title: "Rework this goal", submit: "Start again" }, [
    section(`*${titleOf(run)}* · ${numberOf(run)}`),
    input(INPUT.feedback, "What should be different this time?", { multiline: true, max_length: 3_000 }),
    words("A new run of the same goal begins. What the last one left stays on its branch."),
  ]);

/** Asks who should answer instead: one to five people. */
export const reviewersForm = ({ id, question }: Consultation, names: People): ModalView =>
  form("question.name-reviewers", { consultation: id }, { title: "Name reviewers", submit: "Ask them" }, [
    section(`*${inert(question?.what ?? "", 300, names)}*`),
    people("Who should answer?", { optional: false, hint: "Up to five. They get it as a direct message" }),
  ]);

function form<Name extends FormName>(
  name: Name,
  metadata: z.input<(typeof METADATA)[Name]>,
  { title, submit }: { readonly title: string; readonly submit: string },
  parts: readonly Exclude<Part, { type: "fold" }>[],
): ModalView {
  return {
    type: "modal",
    callback_id: name,
    private_metadata: writeMetadata(name, metadata),
    title: plain(title, 24),
    submit: plain(submit, 24),
    close: plain("Cancel", 24),
    blocks: parts.filter((part) => part !== null),
  };
}

type Asking = { readonly optional?: boolean; readonly hint?: string };

function input(
  id: string,
  label: string,
  {
    initial_value,
    ...element
  }: { multiline: boolean; max_length: number; initial_value?: string | undefined },
  asking: Asking = {},
): InputBlock {
  return asked(id, label, asking, {
    type: "plain_text_input",
    action_id: id,
    ...element,
    ...(initial_value && { initial_value: initial_value.toWellFormed() }),
  });
}

const select = (
  id: string,
  label: string,
  options: PlainTextOption[],
  initial: PlainTextOption | undefined,
  asking: Asking,
): InputBlock =>
  asked(id, label, asking, {
    type: "static_select",
    action_id: id,
    options,
    ...(initial && { initial_option: initial }),
  });

const people = (label: string, asking: Asking): InputBlock =>
  asked(INPUT.reviewers, label, asking, {
    type: "multi_users_select",
    action_id: INPUT.reviewers,
    max_selected_items: 5,
  });

const testsBox = (): InputBlock =>
  asked(
    INPUT.tests,
    "Tests",
    { optional: true, hint: "Needs a project with a test command" },
    {
      type: "checkboxes",
      action_id: INPUT.tests,
      options: [option("The project's tests must pass", "must pass")],
    },
  );

const asked = (
  id: string,
  label: string,
  { optional = false, hint }: Asking,
  element: InputBlock["element"],
): InputBlock => ({
  type: "input",
  block_id: id,
  label: plain(label, 150),
  optional,
  ...(hint && { hint: plain(hint, 150) }),
  element,
});

const timeOptions = (): PlainTextOption[] => TIMES.map(([label, ms]) => option(label, String(ms)));

const option = (label: string, value: string): PlainTextOption => ({
  text: plain(label, 75),
  value,
});
