import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import { Refusal } from "#engine/errors.ts";
import { troubleWith } from "#engine/run/plan.ts";
import { Workflow } from "#engine/run/workflow.ts";

const MOST_CHARACTERS = 200_000;

/** Reads a workflow's file. Refuses (`bad_input`) what `readWorkflow` refuses, and `not_found` where there is no such file. */
export async function readWorkflowFile(path: string): Promise<Workflow> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Refusal(
      "not_found",
      `${path} can't be read (${error.code}). Give the path of a workflow file.`,
    );
  });
  return readWorkflow(text, basename(path));
}

/** Reads a workflow from YAML. Refuses (`bad_input`) with every mistake, each with its line and field; `name` is the file's. */
export function readWorkflow(text: string, name: string): Workflow {
  if (text.length > MOST_CHARACTERS)
    throw new Refusal("bad_input", `${name} is longer than ${MOST_CHARACTERS} characters. Shorten it.`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0)
    throw mistakes(
      name,
      document.errors.map(({ pos, message }) => `line ${lines.linePos(pos[0]).line}: ${firstLine(message)}`),
    );
  const read = Workflow.safeParse(toValue(document, name));
  if (!read.success)
    throw mistakes(
      name,
      read.error.issues.map(
        ({ path, message }) => `line ${lineOf(document, lines, path)}: ${toField(path)}: ${message}`,
      ),
    );
  const trouble = troubleWith(read.data.steps);
  if (trouble.length > 0) throw mistakes(name, trouble);
  return read.data;
}

/** Aliases that blow up are refused by the library only when the document becomes a value. */
function toValue(document: Document, name: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw mistakes(name, [cause instanceof Error ? firstLine(cause.message) : String(cause)]);
  }
}

/** The line of a field; where the field is missing, the line of what should hold it. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** `steps[2].agent.what`, as somebody would write it. */
const toField = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (field, key) => (typeof key === "number" ? `${field}[${key}]` : `${field}${field && "."}${String(key)}`),
    "",
  ) || "the file";

const firstLine = (text: string): string => (text.split("\n")[0] ?? "").replace(/ at line \d+.*$/, "");

const mistakes = (name: string, all: readonly string[]): Refusal =>
  new Refusal("bad_input", `${name} is not a workflow that can be run.\n${all.join("\n")}`);
