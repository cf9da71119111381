import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import type { ProcessGroup } from "#engine/agent/agent.ts";
import { endLeftover, endLeftoversOf, processesOf } from "#integrations/processes/end-group.ts";
import { readProcess, readProcesses } from "#integrations/processes/process-table.ts";
import { ENVIRONMENT, freshFolder } from "#test/support/place-to-work.ts";

const PARENT = join(import.meta.dirname, "../../support/command-parent.ts");
const started: ChildProcess[] = [];

afterEach(() => {
  for (const { pid, exitCode } of started.splice(0)) if (pid && exitCode === null) kill(-pid);
});

function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch (error) {
    expect(error).toMatchObject({ code: "ESRCH" });
  }
}

/** A process that runs a command, and the group of that command. */
async function parentOf(stopBefore: "start" | "end", cwd: string) {
  const parent = spawn(process.execPath, [PARENT, stopBefore, cwd], { stdio: ["ignore", "pipe", "inherit"] });
  started.push(parent);
  const [line] = await once(createInterface(parent.stdout), "line");
  return { parent, group: JSON.parse(line) as ProcessGroup };
}

/** A shell in a group of its own, as an attempt starts it. `read _` in its line waits until it is let go. */
async function groupOf(line: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn("sh", ["-c", `${line}\n:`], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { ...ENVIRONMENT, ...env },
  });
  started.push(child);
  const row = await readProcess(child.pid ?? 0);
  if (!row) throw new Error("The shell is gone already.");
  return { groupId: row.id, startTime: row.startTime, letGo: () => child.stdin.end("\n") };
}

const membersOf = async ({ groupId }: Pick<ProcessGroup, "groupId">) =>
  (await readProcesses()).filter((row) => row.groupId === groupId);

describe("a parent that is killed", () => {
  it("before the command was let go: nothing runs, and nothing ever began", async () => {
    const cwd = freshFolder();
    const { parent, group } = await parentOf("start", cwd);
    parent.kill("SIGKILL");
    await expect.poll(() => membersOf(group)).toEqual([]);
    expect(existsSync(join(cwd, "begun"))).toBe(false);
  });

  it("after it: the command goes on, and is ended by what was stored", async () => {
    const cwd = freshFolder();
    const { parent, group } = await parentOf("end", cwd);
    await expect.poll(() => existsSync(join(cwd, "begun"))).toBe(true);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    expect(await membersOf(group)).not.toEqual([]);
    expect(await endLeftover(group)).toBe(true);
    await expect.poll(() => membersOf(group)).toEqual([]);
    expect(await endLeftover(group)).toBe(false);
  });
});

describe("a leftover group", () => {
  it("is not touched when its id belongs to somebody else by now", async () => {
    const group = await groupOf("sleep 600");
    expect(await endLeftover({ ...group, startTime: "12345" })).toBe(false);
    expect(await membersOf(group)).not.toEqual([]);
  });

  it("whose leader is gone is ended when what is left carries the mark of a run", async () => {
    const marked = await groupOf("sleep 600 & read _", { COUNTERSIGN_RUN: randomUUID() });
    const foreign = await groupOf("sleep 600 & read _");
    marked.letGo();
    foreign.letGo();
    await expect.poll(() => readProcess(marked.groupId)).toBeNull();
    await expect.poll(() => readProcess(foreign.groupId)).toBeNull();
    expect(await endLeftover(marked)).toBe(true);
    expect(await endLeftover(foreign)).toBe(false);
    await expect.poll(() => membersOf(marked)).toEqual([]);
    expect(await membersOf(foreign)).not.toEqual([]);
    kill(-foreign.groupId);
  });
});

describe("the processes of a run", () => {
  it("are ended by their mark wherever they went, and only those of the step that is meant", async () => {
    const runId = randomUUID();
    const env = { COUNTERSIGN_RUN: runId };
    const deaf = "trap '' TERM; setsid sh -c \"trap '' TERM; sleep 600; :\" & sleep 600";
    const mine = await groupOf(deaf, { ...env, COUNTERSIGN_STEP: "test" });
    const other = await groupOf("sleep 600", { ...env, COUNTERSIGN_STEP: "lint" });
    await expect.poll(async () => (await processesOf({ runId, stepKey: "test" })).length).toBeGreaterThan(3);
    expect(await endLeftoversOf({ runId, stepKey: "test" })).toBeGreaterThan(3);
    await expect.poll(() => processesOf({ runId, stepKey: "test" })).toEqual([]);
    expect(await membersOf(mine)).toEqual([]);
    expect(await membersOf(other)).not.toEqual([]);
    await endLeftoversOf({ runId });
    await expect.poll(() => processesOf({ runId })).toEqual([]);
    expect(await endLeftoversOf({ runId })).toBe(0);
  });
});
