import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { planOf } from "#engine/run/workflow.ts";
import { readWorkflow, readWorkflowFile } from "#integrations/workflows/read-workflow.ts";
import { freshFolder } from "#test/support/place-to-work.ts";

const RELEASE = join(import.meta.dirname, "../../../examples/workflows/release.yml");

describe("a workflow's file", () => {
  it("release.yml tests, writes the changelog, asks, and tags, in this order", async () => {
    const workflow = await readWorkflowFile(RELEASE);
    const { title, plan } = planOf(workflow, { parameters: { version: "1.2.3" }, project: "billing" });
    expect(title).toBe("Release billing 1.2.3");
    expect(plan.map(({ key, after, effects }) => [key, after, effects])).toEqual([
      ["test", [], []],
      ["changelog", ["test"], []],
      ["approve", ["changelog"], []],
      ["tag", ["approve"], ["tag"]],
    ]);
  });

  it("is refused with the line and the field of each mistake", () => {
    const text = [
      "name: release",
      "title: Release",
      "steps:",
      "  - key: Test It",
      "    title: Run the tests",
      "    agent: { kind: command, run: npm test }",
      "  - key: approve",
      "    title: Approve",
      "    agent:",
      "      kind: person",
      "      asks: blessing",
      "      what: Go?",
      "    timeout: 5",
    ].join("\n");
    expect(() => readWorkflow(text, "release.yml")).toThrow(
      expect.objectContaining({
        code: "bad_input",
        message: expect.stringContaining("line 4: steps[0].key: "),
      }),
    );
    expect(() => readWorkflow(text, "release.yml")).toThrow(/line 11: steps\[1\]\.agent\.asks: /);
    expect(() => readWorkflow(text, "release.yml")).toThrow(/line 7: steps\[1\]: .*timeout/);
  });

  it.each([
    ["title: [", /line 1/],
    ["name: a\nname: b", /line 2: Map keys must be unique/],
    ["", /line 1: the file: /],
    [
      "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c]",
      /alias/i,
    ],
    ["x".repeat(200_001), /longer than/],
  ])("is refused when it is no YAML that can be used: %.20j", (text, says) => {
    expect(() => readWorkflow(text, "x.yml")).toThrow(says);
  });

  it("is refused when its steps wait for each other", () => {
    const steps = ["a", "b"].map(
      (key, i) => `  - {key: ${key}, title: x, agent: {kind: model, role: coder}, after: [${"ba"[i]}]}`,
    );
    expect(() => readWorkflow(`name: x\ntitle: x\nsteps:\n${steps.join("\n")}`, "x.yml")).toThrow(
      /waits for itself/,
    );
  });

  it("that is not there is said so", async () => {
    await expect(readWorkflowFile(join(freshFolder(), "none.yml"))).rejects.toThrow(
      /none\.yml can't be read \(ENOENT\)/,
    );
  });
});
