import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTestCounts } from "#integrations/agents/test-counts.ts";
import { readFailedTest } from "#integrations/agents/test-failure.ts";

/** What each runner really printed for the same three or six tests. */
const printed = (name: string): string =>
  readFileSync(join(import.meta.dirname, "../../support/test-outputs", `${name}.txt`), "utf8");

const one = { passed: 1, failed: 1, skipped: 1 };
const node = { passed: 2, failed: 2, skipped: 2 };

describe("what a test runner printed", () => {
  it.each([
    ["node-spec", node, "of zero is zero", /^AssertionError .*strictly equal:\n1 !== 0$/],
    ["node-tap", node, "of zero is zero", /^Expected values to be strictly equal:\n1 !== 0$/],
    ["vitest", one, "tax > of zero is zero", /^AssertionError: expected 1 to be \+0/],
    ["jest", one, "tax > of zero is zero", /Expected: 0\nReceived: 1$/],
    ["mocha", one, "tax > of zero is zero", /^AssertionError \[ERR_ASSERTION\]: 1 == 0/],
    ["pytest", one, "test_a.py::test_bad", /^AssertionError: tax of zero$/],
    ["pytest-q", one, "test_a.py::test_bad", /^AssertionError: tax of zero$/],
    ["cargo", one, "tests::bad", /^assertion `left == right` failed: tax of zero\nleft: 1\nright: 0$/],
    ["go", one, "TestTax/zero", /^tax_test\.go:9: got 1, want 0$/],
  ])("%s: how many passed, which failed, and why", (runner, counts, name, says) => {
    const text = printed(runner);
    expect(readTestCounts(text)).toEqual(counts);
    const failed = readFailedTest(text);
    expect(failed?.name).toBe(name);
    expect(failed?.message).toMatch(says);
  });

  it("of several packages is added up", () => {
    const twice = `${printed("cargo")}\n${printed("cargo")}`;
    expect(readTestCounts(twice)).toEqual({ passed: 2, failed: 2, skipped: 2 });
  });

  it.each(["", "Built in 3 s\n", "12 passed the exam, 3 failed", "# pass the salt\n"])(
    "nothing is read into %j",
    (text) => {
      expect(readTestCounts(text)).toBeNull();
      expect(readFailedTest(text)).toBeNull();
    },
  );

  it("is read to its end even when it is made to be slow", { timeout: 10_000 }, () => {
    const hostile = `${"not ok 1 - x\n  ---\n  error: |-\n".repeat(6_000)}${"1 passed, ".repeat(2_000)}`;
    expect(readTestCounts(hostile)).toBeNull();
    expect(readFailedTest(hostile)).toBeNull();
  });
});
