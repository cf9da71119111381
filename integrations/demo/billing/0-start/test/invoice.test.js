import assert from "node:assert/strict";
import test from "node:test";
import { totalsOf } from "../src/invoice.js";

test("lines are added up, then taxed", () => {
  const lines = [
    { text: "Paper", quantity: 3, unitCents: 499 },
    { text: "Pens", quantity: 10, unitCents: 120 },
  ];
  assert.deepEqual(totalsOf({ country: "DE", lines }), { net: 2697, tax: 512, total: 3209 });
});

test("an invoice without lines is zero", () => {
  assert.deepEqual(totalsOf({ country: "AT", lines: [] }), { net: 0, tax: 0, total: 0 });
});
