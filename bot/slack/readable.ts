// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is taken out
const NUL = /\u0000/g;

/**
 * What Slack sent, with every text in it such that Postgres can keep it: no NUL, and no half of a character. Somebody
 * could send either, and what was said would then fail for ever and never be answered.
 */
export function readable<T>(value: T): T {
  return clean(value) as T;
}

function clean(value: unknown): unknown {
  if (typeof value === "string") return value.replace(NUL, "").toWellFormed();
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, clean(one)]));
}
