import { SURFACES, type Surface } from "./blocks.ts";
import { type Flaw, flawsOf } from "./flaw.ts";
import { elementsOf, type Found, offeredBy, walkBlocks } from "./walk.ts";

const MARKDOWN_MOST = 12_000;
const TABLE_MOST = 10_000;

/**
 * What Slack would refuse in these blocks, each flaw with its JSON pointer below `base`; empty where they are fine.
 * The limits are in Slack's reference, and some were measured by others against a real workspace.
 */
export function checkBlocks(blocks: unknown, surface: Surface, base = "/blocks"): Flaw[] {
  const shapes = flawsOf(SURFACES[surface], blocks, base);
  if (shapes.length > 0 || !Array.isArray(blocks)) return shapes;
  const found = walkBlocks(blocks, base);
  return [
    ...doubleIds(found),
    ...found.flatMap(doubleActions),
    ...found.flatMap(strangeInitials),
    ...found.flatMap(longTable),
    ...longMarkdown(found),
    ...found.flatMap(misplacedField(surface)),
  ];
}

function doubleIds(found: readonly Found[]): Flaw[] {
  const seen = new Set<string>();
  return found.flatMap(({ block, pointer }) => {
    const id = block.block_id;
    if (id === undefined || !seen.has(id)) {
      if (id !== undefined) seen.add(id);
      return [];
    }
    return [{ pointer: `${pointer}/block_id`, message: `block_id "${id}" already exists` }];
  });
}

function doubleActions({ block, pointer }: Found): Flaw[] {
  const ids = elementsOf(block).flatMap((element) => element.action_id ?? []);
  const double = ids.find((id, index) => ids.indexOf(id) !== index);
  return double === undefined ? [] : [{ pointer, message: `action_id "${double}" already exists` }];
}

/** What is chosen at first must be one of the choices, exactly. */
function strangeInitials({ block, pointer }: Found): Flaw[] {
  return elementsOf(block).flatMap((element) => {
    const offered = offeredBy(element).map((option) => JSON.stringify(option));
    if (offered.length === 0) return [];
    const initial = [element["initial_option"], element["initial_options"]].flat();
    const isStrange = initial.some(
      (option) => option !== undefined && !offered.includes(JSON.stringify(option)),
    );
    return isStrange ? [{ pointer, message: "initial_option must be one of the options" }] : [];
  });
}

function longTable({ block, pointer }: Found): Flaw[] {
  if (block.type !== "table" && block.type !== "data_table") return [];
  const characters = textsIn(block["rows"]).reduce((sum, text) => sum + text.length, 0);
  const message = `must have less than ${TABLE_MOST + 1} characters in all cells`;
  return characters > TABLE_MOST ? [{ pointer: `${pointer}/rows`, message }] : [];
}

function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "text" && typeof inner === "string" ? [inner] : textsIn(inner),
  );
}

/** All markdown blocks of a payload share one limit. */
function longMarkdown(found: readonly Found[]): Flaw[] {
  const markdown = found.filter(({ block }) => block.type === "markdown");
  const last = markdown.at(-1);
  const characters = markdown.reduce((sum, { block }) => sum + String(block["text"]).length, 0);
  if (last === undefined || characters <= MARKDOWN_MOST) return [];
  return [
    {
      pointer: `${last.pointer}/text`,
      message: `all markdown together must be less than ${MARKDOWN_MOST + 1} characters`,
    },
  ];
}

/** Files can only be asked for in a modal. */
function misplacedField(surface: Surface): (found: Found) => Flaw[] {
  return ({ block, pointer }) =>
    surface === "modal" || !elementsOf(block).some((element) => element.type === "file_input")
      ? []
      : [{ pointer: `${pointer}/element`, message: "unsupported type: file_input" }];
}
