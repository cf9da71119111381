import { readFileSync } from "node:fs";
import { expect } from "vitest";

/** An example of a page: what stands between two fences. */
export type Example = { readonly kind: string; readonly text: string; readonly line: number };

/** The examples of a page, and which of them were tried. */
export function examplesOf(path: string) {
  const page = readFileSync(path, "utf8");
  const all: readonly Example[] = [...page.matchAll(/^```([^\n]+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    kind: match[1] ?? "",
    text: match[2] ?? "",
    line: page.slice(0, match.index).split("\n").length,
  }));
  const tried = new Set<Example>();
  return {
    page,
    /** The only example of this kind that holds this text. */
    take(kind: string, holding: string): Example {
      const found = all.filter((one) => one.kind === kind && one.text.includes(holding));
      expect(
        found.map(({ line }) => line),
        `${kind} with ${holding}`,
      ).toHaveLength(1);
      const [example] = found;
      if (!example) throw new Error(`${path} has no ${kind} with ${holding}.`);
      tried.add(example);
      return example;
    },
    /** What the page says is answered to this example: the JSON right after it; null where it shows none. */
    answerTo(example: Example): unknown {
      const next = all[all.indexOf(example) + 1];
      if (next?.kind !== "json") return null;
      const between = page
        .split("\n")
        .slice(example.line + example.text.split("\n").length - 1, next.line - 1);
      if (between.join("").replace("```", "").trim() !== "") return null;
      tried.add(next);
      return JSON.parse(next.text);
    },
    untried: () => all.filter((one) => !tried.has(one)),
  };
}

/** Whether an answer is made like the one that a page shows: the same fields of the same kinds. Null in it says nothing. */
export function expectLike(actual: unknown, shown: unknown, at = "the answer"): void {
  if (shown === null) return;
  if (Array.isArray(shown)) {
    expect(Array.isArray(actual), at).toBe(true);
    if (Array.isArray(actual) && actual.length > 0 && shown.length > 0)
      expectLike(actual[0], shown[0], `${at}[0]`);
    return;
  }
  expect(typeof actual, at).toBe(typeof shown);
  if (typeof shown !== "object" || typeof actual !== "object" || actual === null) return;
  if (Object.keys(shown).length > 0)
    expect(new Set(Object.keys(actual)), at).toEqual(new Set(Object.keys(shown)));
  const fields: Readonly<Record<string, unknown>> = { ...actual };
  for (const [name, value] of Object.entries(shown)) expectLike(fields[name], value, `${at}.${name}`);
}
