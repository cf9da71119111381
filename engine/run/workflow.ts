import { z } from "zod";
import { Refusal } from "../errors.ts";
import { checkPlan, Key, type Plan, PlannedStep } from "./plan.ts";

/** Patterns that have a name. Anything else is a regular expression that the whole value must fit. */
const NAMED_PATTERNS: Readonly<Record<string, { readonly source: string; readonly means: string }>> = {
  semver: {
    source: String.raw`(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z][0-9A-Za-z.-]*)?`,
    means: "a version such as 1.2.3",
  },
};

const PLACEHOLDER = /\{([a-z][a-z0-9_-]*)\}/g;
const MOST_VALUE_CHARACTERS = 1_000;

const Parameter = z.strictObject({
  /** What it is for, as somebody reads it who left it out. */
  description: z.string().min(1).max(200),
  pattern: z.string().max(200).refine(isPattern, "is neither `semver` nor a regular expression").optional(),
  required: z.boolean().default(true),
  /** Used where nobody gives a value. */
  default: z.string().max(MOST_VALUE_CHARACTERS).optional(),
  /** A value that fits, for messages. */
  example: z.string().max(100).optional(),
});
type Parameter = z.infer<typeof Parameter>;

/** Lower-case with single `-` or `_` inside, so that no two become one name in the environment of a command. */
const ParameterName = z
  .string()
  .max(40)
  .regex(
    /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/,
    "lower-case letters and digits, with single dashes between them",
  )
  .refine((name) => name !== "project", "`project` is filled in by itself: choose another name");

/**
 * A plan that was saved under a name, as its file says it. `{name}` in titles, questions, effects and reasons stands for a
 * parameter, `{project}` for the project's name. A command's line is never filled in: values reach it as environment
 * variables.
 */
export const Workflow = z
  .strictObject({
    name: Key,
    /** The goal's title: "Release {project} {version}". */
    title: z.string().min(1).max(150),
    description: z.string().max(500).default(""),
    parameters: z.record(ParameterName, Parameter).default({}),
    steps: z.array(PlannedStep).min(1),
  })
  .superRefine((workflow, context) => {
    const known = new Set(["project", ...Object.keys(workflow.parameters)]);
    for (const { path, text } of textsOf(workflow))
      for (const [placeholder, name = ""] of text.matchAll(PLACEHOLDER))
        if (!known.has(name))
          context.addIssue({ code: "custom", path, message: `${placeholder} is not one of the parameters` });
    const same = Object.keys(workflow.parameters).map((name) => name.replaceAll("-", "_"));
    if (new Set(same).size < same.length)
      context.addIssue({
        code: "custom",
        path: ["parameters"],
        message: "two names differ only by `-` and `_`",
      });
  });
export type Workflow = z.infer<typeof Workflow>;

/** What somebody gives to a workflow. `project` is the project's name; empty where there is none. */
export type WorkflowInput = {
  readonly parameters: Readonly<Record<string, string>>;
  readonly project: string;
};

/** A plan, its title, and its parameters with the defaults filled in: what a command finds in its environment. */
export type Planned = {
  readonly title: string;
  readonly plan: Plan;
  readonly parameters: Readonly<Record<string, string>>;
};

/**
 * The plan of a workflow with everything filled in. Refuses what cannot be run: `bad_input`, with what to type, for
 * parameters that are missing, unknown or do not fit; `bad_plan` for a plan that could never finish.
 */
export function planOf(workflow: Workflow, input: WorkflowInput): Planned {
  const parameters = readParameters(workflow, input.parameters);
  if (input.project === "" && textsOf(workflow).some(({ text }) => text.includes("{project}")))
    throw new Refusal(
      "bad_input",
      `Workflow “${workflow.name}” works on a project, and there is none here. Use a channel that has one: \`./countersign project add\` adds it.`,
    );
  const values = { ...parameters, project: input.project };
  const fill = (text: string): string =>
    text.replace(PLACEHOLDER, (_, name: string) =>
      (values[name as keyof typeof values] ?? "").replace(/\s+/g, " "),
    );
  const plan = workflow.steps.map((step) => readStep(workflow, fillStep(step, fill)));
  checkPlan(plan);
  const title = fill(workflow.title).trim();
  if (title.length > 150) throw tooLong(workflow, "title", 150);
  return { title, plan, parameters };
}

function readParameters({ name, parameters }: Workflow, given: WorkflowInput["parameters"]) {
  const how = usageOf(name, parameters);
  for (const key of Object.keys(given))
    if (!Object.hasOwn(parameters, key))
      throw new Refusal("bad_input", `Workflow “${name}” has no parameter “${key}”. Type ${how}.`);
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([key, parameter]) => {
      const value = given[key] ?? parameter.default;
      if (value === undefined || (value === "" && parameter.required)) {
        if (!parameter.required) return [];
        throw new Refusal("bad_input", `“${key}” is missing: ${parameter.description}. Type ${how}.`);
      }
      return [[key, fitting(key, parameter, value, how)]];
    }),
  );
}

function fitting(key: string, { pattern, description }: Parameter, value: string, how: string): string {
  if (value.length > MOST_VALUE_CHARACTERS || value.includes("\0"))
    throw new Refusal(
      "bad_input",
      `“${key}” is too long or not text: at most ${MOST_VALUE_CHARACTERS} characters. Type ${how}.`,
    );
  if (pattern === undefined || toExpression(pattern).test(value)) return value;
  const means = NAMED_PATTERNS[pattern]?.means ?? `text that fits \`${pattern}\``;
  const shown = value.length > 60 ? `${value.slice(0, 59).toWellFormed()}…` : value;
  throw new Refusal(
    "bad_input",
    `“${key}” (${description}) must be ${means}, not “${shown.replace(/\s+/g, " ")}”. Type ${how}.`,
  );
}

/** What to type, with a value that fits for each required parameter: `/goal run release version=1.2.3`. */
export function usageOf(name: string, parameters: Workflow["parameters"]): string {
  const required = Object.entries(parameters).filter(([, { required }]) => required);
  const pairs = required.map(([key, { example, pattern }]) => {
    const value = example ?? (pattern === "semver" ? "1.2.3" : "…");
    return ` ${key}=${/\s/.test(value) ? `"${value}"` : value}`;
  });
  return `\`/goal run ${name}${pairs.join("")}\``;
}

function fillStep(step: PlannedStep, fill: (text: string) => string): PlannedStep {
  const title = fill(step.title);
  if (step.agent.kind !== "person") return { ...step, title };
  const { what, why, effect, ...agent } = step.agent;
  const filled = { ...agent, what: fill(what), why: fill(why) };
  return { ...step, title, agent: effect === undefined ? filled : { ...filled, effect: fill(effect) } };
}

/** A filled-in text can be longer than a card takes: better said now than when the step is asked. */
function readStep(workflow: Workflow, step: PlannedStep): PlannedStep {
  const read = PlannedStep.safeParse(step);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Refusal(
    "bad_input",
    `With these parameters step “${step.key}” of workflow “${workflow.name}” does not work: ${issue?.path.join(".")}: ${issue?.message}. Use shorter values.`,
  );
}

const tooLong = ({ name }: Workflow, field: string, most: number): Refusal =>
  new Refusal(
    "bad_input",
    `With these parameters the ${field} of workflow “${name}” is longer than ${most} characters. Use shorter values.`,
  );

type Text = { readonly path: (string | number)[]; readonly text: string };

/** Every text that is filled in, and where it stands. */
function textsOf({ title, steps }: { readonly title: string; readonly steps: Plan }): readonly Text[] {
  const ofSteps = steps.flatMap(({ title: own, agent }, i): Text[] => [
    { path: ["steps", i, "title"], text: own },
    ...(agent.kind !== "person"
      ? []
      : (["what", "why", "effect"] as const).map((field) => ({
          path: ["steps", i, "agent", field],
          text: agent[field] ?? "",
        }))),
  ]);
  return [{ path: ["title"], text: title }, ...ofSteps];
}

const toExpression = (pattern: string): RegExp =>
  new RegExp(`^(?:${NAMED_PATTERNS[pattern]?.source ?? pattern})$`, "u");

function isPattern(pattern: string): boolean {
  try {
    toExpression(pattern);
    return true;
  } catch {
    return false; // a RegExp says no only by throwing
  }
}
