/** How many tests ran, as the test runner said it. */
export type TestCounts = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** How a runner says it. Each expression has a number in its first group, and counts wherever it fits. */
type Saying = { readonly sign: RegExp } & { readonly [Count in keyof TestCounts]: RegExp };

const NONE = /(?!)/g;

const SAYINGS: readonly Saying[] = [
  // vitest: " Tests  1 failed | 12 passed | 1 skipped (14)"
  {
    sign: /^ *Tests {2,}.*\(\d+\)\s*$/gm,
    passed: /(\d+) passed/g,
    failed: /(\d+) failed/g,
    skipped: /(\d+) (?:skipped|todo)/g,
  },
  // jest: "Tests:       1 failed, 1 skipped, 12 passed, 14 total"
  {
    sign: /^Tests: .*\d+ total\s*$/gm,
    passed: /(\d+) passed/g,
    failed: /(\d+) failed/g,
    skipped: /(\d+) (?:skipped|todo)/g,
  },
  // cargo: "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out"
  {
    sign: /^test result: .*$/gm,
    passed: /(\d+) passed/g,
    failed: /(\d+) failed/g,
    skipped: /(\d+) ignored/g,
  },
  // pytest: "==== 1 failed, 12 passed, 1 skipped in 1.26s ====", with -q without the bars
  {
    sign: /^(?:=+ )?(?:\d+ [a-z]+(?:, )?)+ in [\d.]+s.*$/gm,
    passed: /(\d+) (?:passed|xfailed)/g,
    failed: /(\d+) (?:failed|errors?|xpassed)/g,
    skipped: /(\d+) skipped/g,
  },
  // mocha: "  12 passing (30ms)", "  1 failing"
  {
    sign: /^ *\d+ (?:passing \(.*\)|failing|pending)\s*$/gm,
    passed: /(\d+) passing/g,
    failed: /(\d+) failing/g,
    skipped: /(\d+) pending/g,
  },
  // go test -v: "--- PASS: TestTotal (0.00s)"
  { sign: /^--- (?:PASS|FAIL|SKIP): .*$/gm, passed: NONE, failed: NONE, skipped: NONE },
];

/**
 * The counts of a test runner in what a command printed: node:test (TAP and spec), vitest, jest, pytest, cargo, mocha,
 * `go test -v`. Where a runner ran several times they are added up. Null where nothing is recognised.
 */
export function readTestCounts(text: string): TestCounts | null {
  const node = ofNode(text);
  if (node) return node;
  const saying = SAYINGS.find(({ sign }) => text.search(sign) >= 0);
  if (!saying) return null;
  const said = text.match(saying.sign)?.join("\n") ?? "";
  if (saying.passed === NONE) return ofGo(said);
  return {
    passed: sum(said, saying.passed),
    failed: sum(said, saying.failed),
    skipped: sum(said, saying.skipped),
  };
}

/** "# pass 12" in TAP, "ℹ pass 12" in spec. What was cancelled did not pass. */
function ofNode(text: string): TestCounts | null {
  const count = (what: string) => sum(text, new RegExp(String.raw`^(?:#|ℹ) ${what} (\d+)\s*$`, "gm"));
  if (!/^(?:#|ℹ) pass \d+\s*$/m.test(text) || !/^(?:#|ℹ) fail \d+\s*$/m.test(text)) return null;
  return {
    passed: count("pass"),
    failed: count("fail") + count("cancelled"),
    skipped: count("skipped") + count("todo"),
  };
}

const ofGo = (said: string): TestCounts => ({
  passed: said.match(/^--- PASS/gm)?.length ?? 0,
  failed: said.match(/^--- FAIL/gm)?.length ?? 0,
  skipped: said.match(/^--- SKIP/gm)?.length ?? 0,
});

const sum = (text: string, expression: RegExp): number =>
  [...text.matchAll(expression)].reduce((total, [, digits]) => total + Number(digits), 0);
