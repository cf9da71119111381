import { z } from "zod";
import { Refusal } from "#engine/errors.ts";
import { Key } from "#engine/run/plan.ts";

const Nothing = z.strictObject({});
const OfRun = z.strictObject({ run: z.uuid() });
const OfStep = z.strictObject({ run: z.uuid(), key: Key });
const OfHeard = z.strictObject({ heard: z.string().min(1).max(300) });
const OfQuestion = z.strictObject({ consultation: z.uuid() });
/** `alone`: nobody but the requester may answer, and they confirm that. */
const ToAnswer = z.strictObject({ consultation: z.uuid(), alone: z.boolean().default(false) });

/** Every button of ours by its action id, and what its `value` holds as JSON. One place: a button and its listener cannot drift apart. */
export const VALUES = {
  /** Ends the goal for good; also behind "Cancel the goal". */
  "goal.stop": OfRun,
  /** Opens the rework form. */
  "goal.rework": OfRun,
  /** Opens the list of all steps with what they left behind. */
  "goal.details": OfRun,
  "plan.start": OfRun,
  /** The planner was stuck and tries once more. */
  "plan.again": OfRun,
  "step.retry": OfStep,
  /** The engine's `retry step` too: the step's question had expired, or was answered with changes. */
  "step.ask-again": OfStep,
  "step.skip": OfStep,
  "step.take": OfStep,
  "question.approve": ToAnswer,
  /** Slack has asked already whether they mean it. */
  "question.approve-alone": ToAnswer,
  /** These two open the note form. */
  "question.request-changes": ToAnswer,
  "question.reject": ToAnswer,
  /** `option` is the place of the chosen one in the question's options. */
  "question.choose": z.strictObject({ consultation: z.uuid(), option: z.int().min(0).max(9) }),
  /** Opens the answer form. */
  "question.answer": OfQuestion,
  "question.done": OfQuestion,
  /** Opens the form that names reviewers. */
  "question.name-reviewers": OfQuestion,
  /** The overflow menu: the value belongs to the chosen option ("Approve with a note…", "Not mine…"). Both open a form. */
  "question.more": z.strictObject({
    consultation: z.uuid(),
    choice: z.enum(["note", "pass"]),
  }),
  /** A goal that was kept because it could not begin, or could be read in two ways. */
  "draft.start": z.strictObject({ draft: z.uuid(), reading: z.enum(["goal", "command"]) }),
  /** Jira or Confluence is mended: what is stuck of this project is tried again. */
  "sync.retry": z.strictObject({ project: z.uuid(), system: z.enum(["jira", "confluence"]) }),
  "demo.start": Nothing,
  /** Answers privately with how a model is connected. */
  "model.connect": Nothing,
  /** We may write to this Jira project from now on. `place`: what the card showed. */
  "jira.go-ahead": z.strictObject({ run: z.uuid(), place: z.string().max(1_000) }),
  /** A comment in Jira counts as the presser's guidance. `heard`: the key of what came in (db/heard.ts). */
  "jira.guidance": OfHeard,
  /** What becomes of a goal whose issue somebody moved to an end. */
  "jira.cancel": OfHeard,
  "jira.keep": OfHeard,
  /** An issue with the goal label becomes the presser's goal. */
  "jira.start": OfHeard,
  /** A link. Slack tells us that it was followed; there is nothing to do but ack. */
  "link.open": Nothing,
} as const satisfies Record<string, z.ZodType>;

export type ActionName = keyof typeof VALUES;
export type ValueOf<Name extends ActionName> = z.infer<(typeof VALUES)[Name]>;

/** The id of one element. `suffix` keeps two elements with the same effect apart within one message. */
export const actionId = (name: ActionName, suffix?: string | number): string =>
  suffix === undefined ? name : `${name}:${suffix}`;

/** Matches the ids of all elements with this effect, for a listener. */
export const actionPattern = (name: ActionName): RegExp =>
  new RegExp(`^${name.replaceAll(".", "\\.")}(?::.+)?$`);

/** What a clicked element says. Refuses (`bad_input`) what no version of ours can have written. */
export function readValue<Name extends ActionName>(name: Name, value: string | undefined): ValueOf<Name> {
  const schema = VALUES[name] as unknown as z.ZodType<ValueOf<Name>>; // TypeScript loses the link between table and name
  return readJson(schema, value, "This button is not one of ours any more. Use the newest card.");
}

/** What goes into an element's `value` or an option's. */
export const writeValue = <Name extends ActionName>(
  _name: Name,
  value: z.input<(typeof VALUES)[Name]>,
): string => JSON.stringify(value);

/** Every modal of ours by its callback id, and what its `private_metadata` holds as JSON. */
export const METADATA = {
  /** `channel`: where the goal will stand. */
  "goal.form": z.strictObject({ channel: z.string() }),
  "question.note": z.strictObject({
    consultation: z.uuid(),
    decision: z.enum(["approve", "reject", "request_changes"]),
    alone: z.boolean().default(false),
  }),
  "question.answer": OfQuestion,
  "question.name-reviewers": OfQuestion,
  "goal.rework": OfRun,
  "goal.details": OfRun,
} as const satisfies Record<string, z.ZodType>;

export type FormName = keyof typeof METADATA;
export type MetadataOf<Name extends FormName> = z.infer<(typeof METADATA)[Name]>;

/** What a modal was opened for. Refuses (`bad_input`) what no version of ours can have written. */
export function readMetadata<Name extends FormName>(name: Name, text: string | undefined): MetadataOf<Name> {
  const schema = METADATA[name] as unknown as z.ZodType<MetadataOf<Name>>; // as above
  return readJson(schema, text, "This form is not one of ours any more. Open it again.");
}

/** What goes into a modal's `private_metadata`. */
export const writeMetadata = <Name extends FormName>(
  _name: Name,
  value: z.input<(typeof METADATA)[Name]>,
): string => JSON.stringify(value);

/** Inputs by their block id; the element inside has the same word as its action id. */
export const INPUT = {
  goal: "goal",
  requirements: "requirements",
  maxTime: "max_time",
  tests: "tests",
  project: "project",
  reviewers: "reviewers",
  note: "note",
  answer: "answer",
  feedback: "feedback",
} as const;

function readJson<T>(schema: z.ZodType<T>, text: string | undefined, otherwise: string): T {
  const json = z.string().transform((value, context) => {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "no JSON" });
      return z.NEVER;
    }
  });
  const parsed = json.pipe(schema).safeParse(text);
  if (!parsed.success) throw new Refusal("bad_input", otherwise);
  return parsed.data;
}
