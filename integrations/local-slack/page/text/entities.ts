/** Slack writes `&`, `<` and `>` of plain words as entities; this takes them back. */
export function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
