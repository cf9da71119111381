/** What somebody typed after `/goal`, or to the bot in a thread. `goal` is a goal's number; null means "the one I mean". */
export type Reading =
  | { readonly kind: "form" }
  | { readonly kind: "help" }
  | { readonly kind: "list" }
  | { readonly kind: "goal"; readonly text: string }
  | { readonly kind: "run"; readonly workflow: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: "status"; readonly goal: number | null }
  | { readonly kind: "cancel"; readonly goal: number | null }
  | { readonly kind: "rework"; readonly goal: number | null; readonly feedback: string };

/** What can be meant: one thing, or two between which the person chooses. */
export type Readings = { readonly first: Reading; readonly or: Reading | null };

const SUBCOMMANDS = ["run", "list", "status", "cancel", "rework", "help"] as const;

/** Near enough to be a slip of the fingers. */
const MOST_SLIPS = 2;

/**
 * A first word is a subcommand only if the rest fits its grammar: "run the tests" is a goal unless a workflow `the`
 * exists. Where both a command and a goal fit, both are returned and nothing must start before the person has chosen.
 */
export function readCommand(typed: string, workflows: readonly string[]): Readings {
  const text = readEscaped(typed).trim();
  const goal: Reading = { kind: "goal", text };
  if (text === "") return only({ kind: "form" });
  const [word = ""] = text.split(/\s+/);
  const rest = text.slice(word.length).trim();
  const fit = readSubcommand(word.toLowerCase(), rest, workflows);
  if (fit) return withGoal(fit, goal);
  const meant = readSlip(word.toLowerCase(), rest, workflows);
  return meant ? { first: meant, or: goal } : only(goal);
}

type Fit = { readonly reading: Reading; readonly isCertain: boolean };

const withGoal = ({ reading, isCertain }: Fit, goal: Reading): Readings => ({
  first: reading,
  or: isCertain ? null : goal,
});

const only = (first: Reading): Readings => ({ first, or: null });

function readSubcommand(word: string, rest: string, workflows: readonly string[]): Fit | null {
  switch (word) {
    case "help":
    case "list":
      return rest === "" ? certain({ kind: word }) : null;
    case "status":
    case "cancel": {
      const goal = readNumber(rest);
      return goal === undefined ? null : certain({ kind: word, goal });
    }
    case "rework":
      return readRework(rest);
    case "run":
      return readRun(rest, workflows);
    default:
      return null;
  }
}

const certain = (reading: Reading): Fit => ({ reading, isCertain: true });

/** Feedback can be any words, and so can a goal: only a goal's number makes it certain. */
function readRework(rest: string): Fit | null {
  const [, number, feedback = ""] = /^g(\d+)\b\s*(.*)$/is.exec(rest) ?? [];
  if (number !== undefined) return certain({ kind: "rework", goal: Number(number), feedback });
  const reading: Reading = { kind: "rework", goal: null, feedback: rest };
  return { reading, isCertain: rest === "" };
}

function readRun(rest: string, workflows: readonly string[]): Fit | null {
  const [workflow = ""] = rest.split(/\s+/);
  if (!workflows.includes(workflow)) return null;
  const typed = rest.slice(workflow.length).trim();
  const parameters = readParameters(typed);
  if (parameters) return certain({ kind: "run", workflow, parameters });
  return { reading: { kind: "run", workflow, parameters: {} }, isCertain: false };
}

/** `name=value name="two words"`; null where something else stands there. */
function readParameters(text: string): Readonly<Record<string, string>> | null {
  const pair = /\s*([a-z][a-z0-9_-]*)=(?:"([^"]*)"|“([^”]*)”|(\S*))/giy;
  const found: Record<string, string> = {};
  let end = 0;
  for (let match = pair.exec(text); match; match = pair.exec(text)) {
    const [, name = "", quoted, curly, plain] = match;
    found[name] = quoted ?? curly ?? plain ?? "";
    end = pair.lastIndex;
  }
  return text.slice(end).trim() === "" ? found : null;
}

/** `g14` or nothing; undefined where something else stands there. */
function readNumber(rest: string): number | null | undefined {
  if (rest === "") return null;
  const [, number] = /^g(\d{1,9})$/i.exec(rest) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** What was meant where the subcommand or the workflow is misspelt, and what follows it leaves no doubt. */
function readSlip(word: string, rest: string, workflows: readonly string[]): Reading | null {
  const [name = ""] = rest.split(/\s+/);
  const meant = word === "run" ? word : nearest(word, SUBCOMMANDS);
  const workflow = meant === "run" ? nearest(name, workflows) : null;
  const tried = workflow === null ? rest : `${workflow}${rest.slice(name.length)}`;
  const fit = meant === null ? null : readSubcommand(meant, tried, workflows);
  return fit?.isCertain ? fit.reading : null;
}

/** The word itself, or the nearest that it may be a slip of; null where none is near. */
function nearest(word: string, words: readonly string[]): string | null {
  if (words.includes(word)) return word;
  const close = words.filter((one) => word.length > 2 && slips(one, word) <= MOST_SLIPS);
  return close.toSorted((a, b) => slips(a, word) - slips(b, word))[0] ?? null;
}

/** How many letters must be changed, added or left out to turn one word into the other (Levenshtein). */
function slips(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Slack escapes three characters in what people type, and nothing else. */
export const readEscaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
