import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import test from "node:test";

const billing = (...args) =>
  spawnSync(process.execPath, [fileURLToPath(new URL("../src/cli.js", import.meta.url)), ...args], {
    encoding: "utf8",
  });

test("the command line says how it is used", () => {
  const { status, stderr } = billing();
  assert.equal(status, 2);
  assert.match(stderr, /Usage: billing/);
});
