import assert from "node:assert/strict";
import test from "node:test";
import { format, toCents } from "../src/money.js";

test("whole cents stay as they are", () => {
  assert.equal(toCents(1999), 1999);
});

test("what is no number is refused", () => {
  assert.throws(() => toCents(Number.NaN), /Not an amount/);
});

test("amounts are shown with two decimals and separators", () => {
  assert.equal(format(123456), "1,234.56");
  assert.equal(format(5), "0.05");
  assert.equal(format(-250), "-2.50");
});
