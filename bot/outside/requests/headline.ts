const LONGEST_TITLE = 255;

/** What stands above a question, and what stands below: the first line, as far as a title goes, and all that is more. */
export function headlineOf(text: string): { readonly title: string; readonly more: string } {
  const [first = "", ...lines] = text.trim().split("\n");
  if (first.length <= LONGEST_TITLE) return { title: first.trimEnd(), more: lines.join("\n").trim() };
  return { title: `${first.slice(0, LONGEST_TITLE - 1)}…`.toWellFormed(), more: text.trim() };
}
