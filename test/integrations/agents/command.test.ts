import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { processesOf } from "#integrations/processes/end-group.ts";
import { commandStage } from "#test/support/command-stage.ts";
import { commandStep, commit, git, repositoryWith } from "#test/support/place-to-work.ts";

const { begin, run, outputOf, workspaces, logged } = commandStage();

const TESTS = {
  "package.json": '{"type":"module","scripts":{"test":"node --test"}}',
  "tax.test.js": [
    'import assert from "node:assert/strict";',
    'import test from "node:test";',
    'test("tax of zero is zero", () => assert.equal(Number(process.env.TAX ?? 0), 0));',
    'test("one is one", () => {});',
  ].join("\n"),
};

describe("a command that ends well", () => {
  it("leaves its summary, its log, and what its commits changed", async () => {
    const repository = repositoryWith();
    const line = "echo hello; echo two >> a.txt; git commit --quiet --all --message 'Add two'";
    const output = await outputOf(line, repository);
    expect(output.summary).toMatch(/^exit 0 in \d+\.\d s$/);
    expect(output).toMatchObject({ log: "hello\n", filesChanged: 1, linesAdded: 1, linesRemoved: 0 });
    expect(git(repository, "log", "-1", "--format=%an <%ae> %cn", String(output.commit))).toBe(
      "Countersign <countersign@localhost> Countersign",
    );
  });

  it("says how many tests passed", async () => {
    const output = await outputOf("npm test", repositoryWith(TESTS));
    expect(output).toMatchObject({ summary: "2 tests passed", testsPassed: 2, testsFailed: 0 });
  });

  it("works in a folder of the run's own where there is no project", async () => {
    const assignment = commandStep("ls -A; pwd > here", null);
    const { ended, groups } = begin(assignment);
    expect(await ended).toMatchObject({ kind: "finished", output: { log: "" } });
    expect(groups).toHaveLength(1);
    expect(readFileSync(join(await workspaces.openFolder(assignment.runId), "here"), "utf8")).toContain(
      assignment.runId,
    );
    await workspaces.close(assignment.runId);
  });

  it("tells its newest line while it works", async () => {
    const { ended, notes } = begin(commandStep("echo one; echo two", null));
    await ended;
    expect(notes).toEqual(["one", "two"]);
  });

  it("leaves values for later steps", async () => {
    const line = 'printf "tag=v1\\nnote=a=b \\$(x)\\n\\ntag=v2\\n" >> "$COUNTERSIGN_OUTPUT"';
    expect((await outputOf(line)).values).toEqual({ tag: "v2", note: "a=b $(x)" });
  });

  it.each([
    ["echo nonsense", /“nonsense” is not a line of the form name=value/],
    ["echo decision=approve", /“decision” is for people's answers/],
    ["echo 1=x", /not a line of the form/],
    ["printf x=; head -c 5000 /dev/zero | tr '\\0' y", /longer than 4000/],
    ["seq -f 'n%g=1' 101", /more than 100 names/],
    ["head -c 200000 /dev/zero | tr '\\0' y", /longer than 100 kB/],
  ])("may not leave anything: %s", async (line, says) => {
    expect(await run(`(${line}) > "$COUNTERSIGN_OUTPUT"`)).toMatchObject({
      ...{ kind: "failed", again: false, reason: expect.stringMatching(says) },
    });
  });

  it.each([
    ["ln -s /etc/hostname", /no file that can be read/],
    ["mkfifo", /no file any more/],
    ["mkdir", /no file any more/],
  ])("may not put something else in the place of its file: %s", async (make, says) => {
    const outcome = await run(`rm "$COUNTERSIGN_OUTPUT"; ${make} "$COUNTERSIGN_OUTPUT"`);
    expect(outcome).toMatchObject({ kind: "failed", reason: expect.stringMatching(says) });
  });
});

describe("a command that fails", () => {
  it("says which test failed, and why", async () => {
    const outcome = await run("TAX=1 npm test", repositoryWith(TESTS));
    expect(outcome).toMatchObject({ kind: "failed", again: true, log: expect.stringContaining("not ok 1") });
    expect(outcome.kind === "failed" && outcome.reason).toMatch(
      /^1 of 2 tests failed: tax of zero is zero\n(?:AssertionError .*: )?Expected values to be strictly equal:\n1 !== 0/,
    );
  });

  it.each([
    ["echo building; echo 'Error: no disk space'; echo done; exit 4", "Exit 4.\nError: no disk space", true],
    ["echo one; echo two; exit 1", "Exit 1.\none\ntwo", true],
    ["exit 9", "Exit 9.", true],
    ["kill -SEGV $$", "Ended by SIGSEGV.", true],
    [
      "no-such-program x",
      "Command not found: no-such-program. Install it on this machine, or mend the command.",
      false,
    ],
    ["touch f; ./f", /^The command can't be run: .*[Pp]ermission denied.*\. Make the file executable/, false],
    ["exit 125", "The command could not be started (exit 125).", false],
  ])("%s", async (line, reason, again) => {
    expect(await run(line)).toMatchObject({
      ...{
        kind: "failed",
        again,
        reason: typeof reason === "string" ? reason : expect.stringMatching(reason),
      },
    });
  });

  it("is killed at its time limit, with all that it started", async () => {
    const assignment = commandStep("echo working; setsid sleep 600 & sleep 600", null, {
      step: { timeoutMs: 1_000 },
    });
    expect(await begin(assignment).ended).toMatchObject({
      ...{
        kind: "failed",
        again: true,
        reason: "Killed after 1 s, its time limit.\nworking",
        log: "working\n",
      },
    });
    await expect.poll(() => processesOf({ runId: assignment.runId })).toEqual([]);
  });

  it("is stopped in under two seconds, with what left its group", async () => {
    const assignment = commandStep(
      "setsid sleep 600 & trap '' TERM; echo ready; sleep 600; sleep 600",
      repositoryWith(),
    );
    const { ended, notes, stop } = begin(assignment);
    await expect.poll(() => notes, { timeout: 10_000 }).toEqual(["ready"]);
    const began = performance.now();
    stop.abort();
    expect(await ended).toMatchObject({
      kind: "failed",
      again: true,
      reason: "Stopped before it was finished.",
    });
    expect(performance.now() - began).toBeLessThan(2_000); // issue 2, point 6
    await expect.poll(() => processesOf({ runId: assignment.runId })).toEqual([]);
  });

  it("never begins where the project can't be used", async () => {
    const assignment = commandStep("true", "/nowhere/at/all");
    expect(await begin(assignment).ended).toMatchObject({
      ...{ kind: "failed", again: false, reason: expect.stringContaining("can't be opened") },
    });
  });
});

describe("another attempt", () => {
  it("begins clean: what the last one left is kept aside", async () => {
    const repository = repositoryWith();
    const assignment = commandStep(
      "git status --porcelain; cat a.txt; echo half > a.txt; exit 1",
      repository,
    );
    expect(await begin(assignment).ended).toMatchObject({ kind: "failed", log: "one\n" });
    expect(await begin({ ...assignment, attempt: 2 }).ended).toMatchObject({ kind: "failed", log: "one\n" });
    const ref = `refs/countersign/left/g14-${assignment.runId.slice(0, 8)}-test-1`;
    expect(git(repository, "show", `${ref}:a.txt`)).toBe("half");
  });

  it("ends what the last one left running, but not another step's", async () => {
    const assignment = commandStep("true", repositoryWith());
    const { step } = assignment;
    const other = {
      ...assignment,
      step: { ...step, key: "other", agent: { kind: "command" as const, run: "echo up; sleep 600" } },
    };
    const beside = begin(other);
    await expect.poll(() => beside.notes, { timeout: 10_000 }).toEqual(["up"]);
    expect(await begin({ ...assignment, attempt: 2 }).ended).toMatchObject({ kind: "finished" });
    expect(logged.at(-1)).toContain("is not cleaned up before attempt 2 at test: another step works in it.");
    expect(await processesOf({ runId: assignment.runId, stepKey: "other" })).not.toEqual([]);
    beside.stop.abort();
    expect(await beside.ended).toMatchObject({ kind: "failed" });
  });
});

describe("an attempt that comes to itself too late", () => {
  it("ends its own processes, and not those of the next attempt", async () => {
    const late = commandStep("setsid sleep 600 & echo up; sleep 600", null);
    const first = begin(late);
    const second = begin({ ...late, attempt: 2, lease: "lease-2" });
    await expect.poll(() => [...first.notes, ...second.notes], { timeout: 10_000 }).toEqual(["up", "up"]);
    first.stop.abort();
    expect(await first.ended).toMatchObject({ kind: "failed" });
    expect(await processesOf({ runId: late.runId, lease: late.lease })).toEqual([]);
    expect(await processesOf({ runId: late.runId, lease: "lease-2" })).not.toEqual([]);
    second.stop.abort();
    await second.ended;
    await expect.poll(() => processesOf({ runId: late.runId })).toEqual([]);
  });
});

describe("two runs in one repository", () => {
  it("work at the same time, each on its own branch", async () => {
    const repository = repositoryWith();
    const before = commit(repository, { "b.txt": "b\n" });
    const line = 'echo "$COUNTERSIGN_RUN" > run.txt; git add . && git commit -qm run && cat run.txt';
    const both = [commandStep(line, repository), commandStep(line, repository)];
    const outcomes = await Promise.all(both.map((assignment) => begin(assignment).ended));
    expect(outcomes.map((outcome) => outcome.kind === "finished" && outcome.output.log)).toEqual(
      both.map(({ runId }) => `${runId}\n`),
    );
    expect(both.map(({ branch }) => git(repository, "rev-parse", `${branch}~1`))).toEqual([before, before]);
  });
});
