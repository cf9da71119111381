import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Assignment, Outcome, StepOutput } from "#engine/agent/agent.ts";
import { planOf } from "#engine/run/workflow.ts";
import { createCommandAgent } from "#integrations/agents/command.ts";
import { createPersonAgent } from "#integrations/agents/person.ts";
import { makeDemo } from "#integrations/demo/make-demo.ts";
import { readWorkflowFile } from "#integrations/workflows/read-workflow.ts";
import { keptNotes } from "#test/support/model-step.ts";
import {
  commandStep,
  commit,
  ENVIRONMENT,
  freshFolder,
  freshWorkspaces,
  git,
} from "#test/support/place-to-work.ts";

const RELEASE = join(import.meta.dirname, "../../../examples/workflows/release.yml");
const demoIn = (dir: string) => makeDemo({ dir, environment: ENVIRONMENT });

describe("the demo repository", () => {
  it("is made once, whole, with three commits since v0.1.0, the same on every machine", async () => {
    const dir = freshFolder();
    mkdirSync(join(dir, "demo/.billing-left-by-a-crash"), { recursive: true });
    const made = await Promise.all([demoIn(dir), demoIn(dir), demoIn(dir)]);
    const [{ repository }] = made;
    expect(repository).toBe(join(dir, "demo/billing"));
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect(await demoIn(dir)).toEqual({ repository, created: false });
    expect(git(repository, "log", "--format=%s", "v0.1.0..main").split("\n")).toEqual([
      "Print an invoice as JSON with --json",
      "Name the line of an invoice that is wrong",
      "Round half a cent to the even neighbour",
    ]);
    expect(git(repository, "cat-file", "-t", "v0.1.0")).toBe("tag");
    expect(git(repository, "status", "--porcelain", "--branch")).toBe("## main");
    expect(git(repository, "rev-parse", "HEAD")).toBe(
      git((await demoIn(freshFolder())).repository, "rev-parse", "HEAD"),
    );
    expect(readdirSync(join(dir, "demo")).sort()).toEqual([".billing-left-by-a-crash", "billing"]);
  });

  it("has the test command npm test", async () => {
    const { repository } = await demoIn(freshFolder());
    expect(await freshWorkspaces().workspaces.checkProject(repository)).toMatchObject({
      name: "billing",
      testCommand: "npm test",
    });
  });
});

/** Plays a release step by step, as the engine would: each step's output is the next one's input. */
async function createRelease(version = "0.2.0") {
  const { repository } = await demoIn(freshFolder());
  const { workspaces } = freshWorkspaces();
  const agents = {
    command: createCommandAgent({ workspaces, environment: ENVIRONMENT, log: () => {} }),
    person: createPersonAgent({ workspaces }),
  };
  const parameters = { version };
  const { plan } = planOf(await readWorkflowFile(RELEASE), { parameters, project: "billing" });
  const inputs: { key: string; title: string; output: StepOutput }[] = [];
  const base = commandStep("true", repository, { parameters });
  const work = async (key: string, changes: Partial<Assignment> = {}): Promise<Outcome> => {
    const step = plan.find((one) => one.key === key);
    if (step?.agent.kind !== "command" && step?.agent.kind !== "person") throw new Error(`no step ${key}`);
    const assignment = { ...base, step, inputs, ...changes };
    const outcome = await agents[step.agent.kind](
      assignment,
      keptNotes().report,
      new AbortController().signal,
    );
    if (outcome.kind === "finished") inputs.push({ key, title: step.title, output: outcome.output });
    return outcome;
  };
  const approve = async () => {
    const asked = await work("approve");
    const checkpoint = asked.kind === "asks" ? asked.checkpoint : null;
    const answer = { decision: "approve", note: "", by: "U02BOB", at: 1, alone: false };
    return { asked, approved: await work("approve", { attempt: 2, checkpoint, answer }) };
  };
  const open = () => workspaces.open({ ...base, project: { name: "billing", repository, branch: null } });
  return { repository, branch: base.branch, work, approve, open, workspaces, runId: base.runId };
}

describe("the release of the demo", () => {
  it("ends with a tag on exactly what was approved", async () => {
    const { repository, branch, work, approve, workspaces, runId } = await createRelease();
    expect(await work("test")).toMatchObject({ output: { summary: "12 tests passed" } });
    expect(await work("changelog")).toMatchObject({ output: { values: { changes: "3" }, filesChanged: 2 } });
    const { asked, approved } = await approve();
    const sha = git(repository, "rev-parse", branch);
    expect(asked).toMatchObject({
      question: { what: "Tag billing v0.2.0?", effect: "tag v0.2.0", risk: "medium" },
    });
    expect(approved).toMatchObject({ output: { values: { sha } } });
    expect(await work("tag")).toMatchObject({
      kind: "finished",
      output: { log: `v0.2.0 is now on ${sha}\n` },
    });
    expect(git(repository, "rev-parse", "v0.2.0^{commit}")).toBe(sha);
    expect(git(repository, "cat-file", "-t", "v0.2.0")).toBe("tag");
    expect(git(repository, "show", "v0.2.0:CHANGELOG.md")).toMatch(
      /^# Changelog\n\n## 0\.2\.0 - \d{4}-\d\d-\d\d\n\n- Print an invoice as JSON with --json \(\w+\)\n- Name .*\n- Round .*\n\n## 0\.1\.0/,
    );
    expect(JSON.parse(git(repository, "show", "v0.2.0:package.json"))).toMatchObject({
      name: "billing",
      version: "0.2.0",
    });
    expect(git(repository, "status", "--porcelain", "--branch")).toBe("## main");
    expect(await workspaces.close(runId)).toEqual({ kept: null });
  });

  it("changes nothing when a step is done twice", async () => {
    const { repository, branch, work, approve, open } = await createRelease();
    const { path } = await open();
    commit(path, { "README.md": "x\n" }, "Say more");
    await work("changelog");
    const sha = git(repository, "rev-parse", branch);
    expect(await work("changelog", { attempt: 2 })).toMatchObject({ kind: "finished" });
    expect(git(repository, "rev-parse", branch)).toBe(sha);
    await approve();
    await work("tag");
    const tag = git(repository, "rev-parse", "v0.2.0");
    expect(await work("tag", { attempt: 2 })).toMatchObject({
      output: { log: `v0.2.0 is already on ${sha}\n` },
    });
    expect(git(repository, "rev-parse", "v0.2.0")).toBe(tag);
  });

  it("never moves a tag that is there", async () => {
    const { repository, work, approve } = await createRelease();
    await work("changelog");
    await approve();
    git(repository, "tag", "v0.2.0", "main");
    expect(await work("tag")).toMatchObject({
      ...{
        kind: "failed",
        reason: expect.stringMatching(
          /v0\.2\.0 is on another commit, \w+\. What was approved is \w+\. Nothing was tagged\./,
        ),
      },
    });
    expect(git(repository, "rev-parse", "v0.2.0")).toBe(git(repository, "rev-parse", "main"));
  });

  it("says at once that a version is released already", async () => {
    const { work } = await createRelease("0.1.0");
    expect(await work("changelog")).toMatchObject({
      ...{ kind: "failed", reason: expect.stringContaining("v0.1.0 is released already") },
    });
  });

  it("tags nothing when nobody approved", async () => {
    const { repository, work } = await createRelease();
    await work("changelog");
    expect(await work("tag")).toMatchObject({ kind: "failed" });
    expect(git(repository, "tag")).toBe("v0.1.0");
  });

  it("stops at a failing test, by its name", async () => {
    const { repository, work } = await createRelease();
    const file = "test/broken.test.js";
    commit(repository, {
      [file]:
        'import test from "node:test";\ntest("it adds up", () => { throw new Error("1 cent is missing"); });\n',
    });
    expect(await work("test")).toMatchObject({
      ...{
        kind: "failed",
        reason: expect.stringMatching(/^1 of 13 tests failed: it adds up\n(?:Error: )?1 cent is missing/),
      },
    });
    expect(existsSync(join(repository, file))).toBe(true);
  });
});
