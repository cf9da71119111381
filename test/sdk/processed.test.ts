import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { memoryProcessed } from "../../sdk/src/processed.ts";
import { filesProcessed } from "../../sdk/src/processed-files.ts";

const HOLDS = new URL(import.meta.resolve("#test/support/holds-processed.ts")).pathname;

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-processed-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "deep/down");
}

test.each([
  { kind: "in memory", make: () => memoryProcessed() },
  { kind: "in files", make: () => filesProcessed(folderOf()) },
])("$kind: taken once, done once, free again after a failure", async ({ make }) => {
  const processed = make();
  const takers = await Promise.all(Array.from({ length: 20 }, () => processed.begin("a")));
  expect(takers.filter((begun) => begun === "new")).toHaveLength(1);
  expect(takers.filter((begun) => begun === "in progress")).toHaveLength(19);
  await processed.release("a");
  expect(await processed.begin("a")).toBe("new");
  await processed.finish("a");
  expect(await processed.begin("a")).toBe("processed");
  expect(await processed.begin("../b")).toBe("new");
});

test("memory forgets the oldest that is done, and nothing that is at work", async () => {
  const processed = memoryProcessed(2);
  await processed.begin("at work");
  for (const key of ["1", "2"]) {
    await processed.begin(key);
    await processed.finish(key);
  }
  expect(await processed.begin("at work")).toBe("in progress");
  expect(await processed.begin("2")).toBe("processed");
  expect(await processed.begin("1")).toBe("new");
});

test("files outlive the process; what one held that was killed is free at once, what a living one holds is not", async () => {
  const folder = folderOf();
  const child = spawn(process.execPath, [HOLDS, folder, "a"], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(createInterface({ input: child.stdout }), "line");
  expect(said).toBe("new");
  expect(await filesProcessed(folder).begin("a")).toBe("in progress");
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
  const takers = await Promise.all(Array.from({ length: 10 }, () => filesProcessed(folder).begin("a")));
  expect(takers.filter((begun) => begun === "new")).toHaveLength(1);
});

test("a holder that says nothing for too long loses it, and what is too old to come again is dropped", async () => {
  const folder = folderOf();
  const processed = filesProcessed(folder, { leaseMs: 60_000 });
  await processed.begin("a");
  await processed.begin("b");
  await processed.finish("b");
  const age = (ms: number) => {
    for (const name of readdirSync(folder)) {
      const at = new Date(Date.now() - ms);
      utimesSync(join(folder, name), at, at);
    }
  };
  age(61_000);
  expect(await filesProcessed(folder, { leaseMs: 60_000 }).begin("a")).toBe("new");
  age(31 * 86_400_000);
  expect(await filesProcessed(folder).begin("b")).toBe("new");
  expect(readdirSync(folder)).toHaveLength(1);
});

test("a folder that could not be made is made once it can be", async () => {
  const folder = folderOf();
  writeFileSync(dirname(folder), "in the way");
  const processed = filesProcessed(folder);
  await expect(processed.begin("a")).rejects.toThrow(/ENOTDIR|EEXIST/);
  rmSync(dirname(folder));
  expect(await processed.begin("a")).toBe("new");
});
