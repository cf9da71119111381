import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const billing = (...args) =>
  spawnSync(process.execPath, [fileURLToPath(new URL("../src/cli.js", import.meta.url)), ...args], {
    encoding: "utf8",
  });

test("the command line says how it is used", () => {
  const { status, stderr } = billing();
  assert.equal(status, 2);
  assert.match(stderr, /Usage: billing/);
});

test("an invoice is printed as JSON", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "billing-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "invoice.json");
  const lines = [{ text: "Paper", quantity: 3, unitCents: 499 }];
  writeFileSync(file, JSON.stringify({ number: "2026-014", country: "DE", lines }));
  const { status, stdout } = billing("--json", file);
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout), { number: "2026-014", net: 1497, tax: 284, total: 1781 });
});
