import { z } from "zod";
import { INPUT } from "./names.ts";

const Chosen = z.object({ value: z.string() });
const Field = z.object({
  value: z.string().nullish(),
  selected_option: Chosen.nullish(),
  selected_options: z.array(Chosen).nullish(),
  selected_users: z.array(z.string()).nullish(),
});
const Values = z.record(z.string(), z.record(z.string(), Field));

/** What was filled in, or what is wrong with it by block id, in the form of Slack's `response_action: "errors"`. */
export type Read<T> =
  | { readonly kind: "filled in"; readonly value: T }
  | { readonly kind: "wrong"; readonly errors: Readonly<Record<string, string>> };

const GoalForm = z.object({
  goal: z.string().trim().min(1, "Say what should be done.").max(10_000),
  requirements: z
    .string()
    .transform(toLines)
    .pipe(
      z
        .array(z.string().max(1_000, "A requirement has at most 1000 characters."))
        .max(50, "At most 50 requirements."),
    ),
  project: z.string().nullable(),
  max_time: z.coerce.number().int().positive(),
  tests: z.boolean(),
  reviewers: z.array(z.string()).max(5, "At most five reviewers."),
});

/** A goal as the form gives it. */
export type GoalFormValue = {
  readonly text: string;
  readonly requirements: readonly string[];
  readonly project: string | null;
  readonly maxTimeMs: number;
  readonly testsMustPass: boolean;
  readonly reviewers: readonly string[];
};

/** Reads `view.state.values` of the goal's form. Throws where Slack sends another shape. */
export function readGoalForm(values: unknown): Read<GoalFormValue> {
  const field = fieldsOf(values);
  const read = GoalForm.safeParse({
    goal: field(INPUT.goal).value ?? "",
    requirements: field(INPUT.requirements).value ?? "",
    project: field(INPUT.project).selected_option?.value ?? null,
    max_time: field(INPUT.maxTime).selected_option?.value,
    tests: (field(INPUT.tests).selected_options ?? []).length > 0,
    reviewers: field(INPUT.reviewers).selected_users ?? [],
  });
  if (!read.success) return wrong(read.error);
  const { goal, requirements, project, max_time, tests, reviewers } = read.data;
  return filledIn({
    text: goal,
    requirements,
    project,
    maxTimeMs: max_time,
    testsMustPass: tests,
    reviewers,
  });
}

/** Reads the one text of a form: a note (which may be empty), an answer, or feedback. */
export function readText(
  values: unknown,
  input: "note" | "answer" | "feedback",
  isRequired: boolean,
): Read<string> {
  const text = (fieldsOf(values)(INPUT[input]).value ?? "").trim();
  if (isRequired && text === "")
    return {
      kind: "wrong",
      errors: { [INPUT[input]]: "Write something first: it goes to whoever works on it." },
    };
  return filledIn(text);
}

/** Reads who was named: one to five people. */
export function readReviewers(values: unknown): Read<readonly string[]> {
  const users = fieldsOf(values)(INPUT.reviewers).selected_users ?? [];
  if (users.length === 0 || users.length > 5)
    return { kind: "wrong", errors: { [INPUT.reviewers]: "Name one to five people." } };
  return filledIn(users);
}

const filledIn = <T>(value: T): Read<T> => ({ kind: "filled in", value });

const wrong = (error: z.ZodError): Read<never> => ({
  kind: "wrong",
  errors: Object.fromEntries(error.issues.map(({ path, message }) => [String(path[0]), message])),
});

/** Each input of ours has one element, named like its block; one that was not shown is empty. */
function fieldsOf(values: unknown): (id: string) => z.infer<typeof Field> {
  const read = Values.parse(values);
  return (id) => read[id]?.[id] ?? {};
}

function toLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
