import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Refusal } from "#engine/errors.ts";
import { cleanText } from "../processes/output.ts";
import { DECISION } from "./approval.ts";

const MOST_BYTES = 100_000;
const MOST_VALUES = 100;
const MOST_CHARACTERS = 4_000;

/**
 * The `name=value` lines that a command wrote for later steps; the last of a name wins. Empty where the file is empty or
 * gone. Refuses (`bad_input`) what is no such line, is too much, or claims to be a person's decision.
 */
export async function readOutputValues(path: string): Promise<Readonly<Record<string, string>>> {
  const text = await readStart(path);
  const values: Record<string, string> = {};
  for (const line of cleanText(text)
    .split("\n")
    .filter((one) => one.trim() !== "")) {
    const [, name, value = ""] = /^([A-Za-z][\w-]{0,59})=(.*)$/.exec(line) ?? [];
    if (name === undefined) throw wrong(`“${line.slice(0, 80)}” is not a line of the form name=value.`);
    if (name.toLowerCase() === DECISION)
      throw wrong(`The name “${DECISION}” is for people's answers. Use another one.`);
    if (value.length > MOST_CHARACTERS)
      throw wrong(`“${name}” is longer than ${MOST_CHARACTERS} characters.`);
    values[name] = value;
  }
  if (Object.keys(values).length > MOST_VALUES) throw wrong(`It has more than ${MOST_VALUES} names.`);
  return values;
}

async function readStart(path: string): Promise<string> {
  // The command may have put anything in its place: a link is not followed, a pipe not waited for.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    if (error.code === "ELOOP" || error.code === "EACCES")
      throw wrong("It is no file that can be read any more.");
    throw error;
  });
  if (file === null) return "";
  try {
    const { size } = await ordinary(file);
    if (size > MOST_BYTES) throw wrong(`It is longer than ${MOST_BYTES / 1_000} kB.`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

async function ordinary(file: FileHandle): Promise<Stats> {
  const stats = await file.stat();
  if (!stats.isFile()) throw wrong("It is no file any more.");
  return stats;
}

const wrong = (what: string): Refusal =>
  new Refusal("bad_input", `What the command wrote to $COUNTERSIGN_OUTPUT can't be used. ${what}`);
