/** Shorter texts would be replaced inside ordinary words. */
const SHORTEST_SECRET = 6;
const MOST_IN_TEXT = 1_000;
const MOST_IN_ALL = 30_000;
const MOST_PARTS = 2_000;
const MOST_DEPTH = 12;

/** What must not be seen of how we log in: the token, and the header that it makes. */
export const secretsOf = ({
  username,
  token,
}: {
  readonly username: string;
  readonly token: string;
}): readonly string[] =>
  [token, encodeURIComponent(token), Buffer.from(`${username}:${token}`).toString("base64")].filter(
    ({ length }) => length >= SHORTEST_SECRET,
  );

// Postgres keeps no NUL, terminals obey escapes, and halves of letters are no text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
const UNFIT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** A text of a site that may quote us, without our secrets and not too long. It can be kept and shown. */
export function tamedText(text: string, secrets: readonly string[], most = MOST_IN_TEXT): string {
  const short = text
    .slice(0, most + 1_000)
    .toWellFormed()
    .replace(UNFIT, ""); // a secret that is cut in two would stay
  const safe = secrets.reduce((all, secret) => all.replaceAll(secret, "[secret]"), short);
  return safe.length > most ? `${safe.slice(0, most).toWellFormed()}…` : safe;
}

/** What a site answered, in the same shape, without our secrets; of a huge answer the beginning. */
export function tamed(answer: unknown, secrets: readonly string[]): unknown {
  let left = MOST_IN_ALL;
  let parts = 0;
  const text = (value: string): string => {
    const kept = tamedText(value, secrets, Math.max(0, Math.min(MOST_IN_TEXT, left)));
    left -= kept.length;
    return kept;
  };
  const read = (value: unknown, depth: number): unknown => {
    parts += 1;
    if (typeof value === "string") return text(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth > MOST_DEPTH) return null;
    const isFull = () => parts > MOST_PARTS || left <= 0;
    if (Array.isArray(value)) return value.flatMap((one) => (isFull() ? [] : [read(one, depth + 1)]));
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, one]) => (isFull() ? [] : [[text(key), read(one, depth + 1)]])),
    );
  };
  return read(answer, 0);
}
