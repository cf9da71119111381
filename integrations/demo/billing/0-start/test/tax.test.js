import assert from "node:assert/strict";
import test from "node:test";
import { taxOn } from "../src/tax.js";

test("tax follows the country", () => {
  assert.equal(taxOn(10000, "DE"), 1900);
  assert.equal(taxOn(10000, "FR"), 2000);
});

test("a rate with a fraction works", () => {
  assert.equal(taxOn(10000, "CH"), 810);
});

test("an unknown country is refused", () => {
  assert.throws(() => taxOn(10000, "XX"), /No tax rate is known for "XX"/);
});
