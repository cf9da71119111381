/** A ready-made answer, as their clients give it. */
export type Option = {
  readonly name: string;
  readonly title?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly prompt_fill?: string | null | undefined;
};

/** What a person reads instead of the name. */
export const titleOf = ({ name, title }: Option): string => title?.trim() || name;

/** What choosing it says, where nothing is written beside it. */
export const wordsOf = (option: Option): string => option.prompt_fill?.trim() || titleOf(option);

/** What the options mean, a line each. */
export const explained = (options: readonly Option[]): readonly string[] =>
  options
    .filter(({ description }) => description?.trim())
    .map((option) => `${titleOf(option)}: ${option.description?.trim()}`);

/**
 * Which option somebody meant who wrote a reason: its name or title alone, or that, a colon, and more. `words` is the
 * reason without it.
 */
export function readReason(
  note: string,
  options: readonly Option[],
): { readonly option: Option | null; readonly words: string } {
  const [, head = "", rest = ""] = /^([^:\n]*):?([\s\S]*)$/.exec(note.trim()) ?? [];
  const said = head.trim().toLowerCase();
  const option = options.find(({ name, title }) =>
    [name, title ?? name].some((word) => word.trim().toLowerCase() === said),
  );
  if (!option) return { option: null, words: note.trim() };
  return { option, words: rest.trim() || wordsOf(option) };
}
