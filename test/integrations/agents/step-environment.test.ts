import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandStage } from "#test/support/command-stage.ts";
import { commandStep, repositoryWith } from "#test/support/place-to-work.ts";

const { begin, run, outputOf, workspaces } = commandStage();

describe("the environment of a step", () => {
  it("has the goal, the run, the parameters, what was left, and no secret", async () => {
    const inputs = [
      { key: "build-it", title: "Build", output: { summary: "x", values: { "image-id": "img1" } } },
      {
        key: "ok",
        title: "Approve",
        output: { summary: "x", values: { decision: "approve", by: "U02BOB", sha: "abc" } },
      },
    ];
    const assignment = commandStep("env", repositoryWith(), {
      inputs,
      parameters: { version: "1.2.3", "to-where": "eu" },
    });
    const outcome = await begin(assignment).ended;
    const log = outcome.kind === "finished" ? (outcome.output.log ?? "") : "";
    const env = Object.fromEntries(log.split("\n").map((line) => line.split(/=(.*)/).slice(0, 2)));
    expect(env).toMatchObject({
      ...{ VERSION: "1.2.3", PARAM_VERSION: "1.2.3", TO_WHERE: "eu", PARAM_TO_WHERE: "eu" },
      ...{ COUNTERSIGN_GOAL: "g14", COUNTERSIGN_RUN: assignment.runId, COUNTERSIGN_ATTEMPT: "1" },
      ...{ COUNTERSIGN_STEP: "test", COUNTERSIGN_BRANCH: assignment.branch, STEP_BUILD_IT_IMAGE_ID: "img1" },
      ...{ APPROVED_SHA: "abc", TERM: "dumb", CI: "1", GIT_TERMINAL_PROMPT: "0" },
    });
    expect(log).not.toMatch(/secret|DATABASE_URL|SLACK|API_KEY/);
    expect(log).not.toContain(assignment.lease);
  });

  it("takes the commit only from a person who approved, and from the newest", async () => {
    const left = (key: string, values: Record<string, string>) => ({
      key,
      title: key,
      output: { summary: "x", values },
    });
    const inputs = [
      left("first", { decision: "approve", sha: "old" }),
      left("second", { decision: "approve", sha: "new" }),
      left("command", { sha: "forged" }),
      left("work", { decision: "done", sha: "other" }),
    ];
    expect((await outputOf('echo "$APPROVED_SHA"', null, { inputs })).log).toBe("new\n");
    expect((await outputOf('echo "[$APPROVED_SHA]"')).log).toBe("[]\n");
  });

  it("lets no other step's value stand in for what a person decided", async () => {
    const left = (key: string, values: Record<string, string>) => ({
      ...{ key, title: key },
      output: { summary: "x", values },
    });
    const inputs = [
      left("ok-release", { decision: "done", by: "U02BOB" }),
      left("ok", { "release-decision": "approve", release_by: "U03CAROL" }),
    ];
    const line = 'echo "$STEP_OK_RELEASE_DECISION $STEP_OK_RELEASE_BY"';
    expect((await outputOf(line, null, { inputs })).log).toBe("done U02BOB\n");
  });

  it("never lets a parameter stand in for what means something else", async () => {
    const parameters = {
      path: "/evil",
      "node-options": "--require=/evil",
      "git-dir": "/evil",
      home: "/evil",
    };
    const { log } = await outputOf('echo "$HOME $PATH $GIT_DIR $NODE_OPTIONS $PARAM_GIT_DIR"', null, {
      parameters,
    });
    expect(log).toMatch(/^(?!.*\/evil.*\/evil).* {3}\/evil\n$/);
  });

  it.each(["$(touch x)", "`touch x`", "'; touch x; '", '"; touch x; "', "a\nb\n", "\\", "-n", "*", "é\t😀"])(
    "carries %j as it is",
    async (value) => {
      const line = 'printf %s "$VERSION" > got; ls -A; cat got';
      const assignment = commandStep(line, null, { parameters: { version: value } });
      await begin(assignment).ended;
      const folder = await workspaces.openFolder(assignment.runId);
      expect(readFileSync(join(folder, "got"), "utf8")).toBe(value);
      expect(existsSync(join(folder, "x"))).toBe(false);
    },
  );

  it("refuses a value that none can carry", async () => {
    expect(await run("true", null, { parameters: { version: "a\0b" } })).toMatchObject({
      ...{ kind: "failed", again: false, reason: expect.stringContaining("$PARAM_VERSION holds a NUL") },
    });
  });
});
