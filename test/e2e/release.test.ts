import { fileURLToPath } from "node:url";
import { describe, expect, test, vi } from "vitest";
import { makeDemo } from "#integrations/demo/make-demo.ts";
import { readWorkflowFile } from "#integrations/workflows/read-workflow.ts";
import { git, tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const databases = { http: await testDatabase(), socket: await testDatabase() };
const RELEASE = fileURLToPath(new URL("../../examples/workflows/release.yml", import.meta.url));

describe.each(["http", "socket"] as const)("over %s", (via) => {
  const stage = useStage(databases[via], via);

  test("a release goes from a typed line to a tag on exactly what was approved", async () => {
    const { sql, dir, room } = stage();
    await saveTeamWorkflow(sql, await readWorkflowFile(RELEASE));
    const { repository } = await makeDemo({ dir, environment: { PATH: process.env["PATH"] } });
    const mainBefore = git(repository, "rev-parse", "main");
    const slack = await room("billing", { repository, project: { testCommand: "npm test" } });

    expect(await slack.types(ALICE, "/goal run release version=1.2.3")).toBeNull();
    const goal = await slack.card(/^Release billing 1\.2\.3\n◐ /);
    expect(goal.shown).toContain("g1 · asked by Alice · project billing · branch `countersign/g1-release-");
    expect(goal.buttons).toEqual(["Stop"]);

    const question = await slack.card(/^✋ Tag billing v1\.2\.3\?/, goal);
    expect(question.shown).toMatch(
      /medium risk · until .*\n.*\n12 tests passed · \+7 −1 in 2 files · Commit/,
    );
    expect(question.shown).toContain("Anybody in <#C9BILLING> but Alice can answer · asked by @Alice");
    expect(question.text).toMatch(/^Tag billing v1\.2\.3\? Asked by Alice, 12 tests passed/);
    expect(question.buttons).toEqual([
      ...["Approve: tag v1.2.3", "Request changes…", "Reject…", "Approve with a note…", "Not mine…"],
    ]);
    await slack.becomes(goal, /✋ Waiting for a reviewer since .*: Approve the tag/);
    expect(tagged(repository, "v1.2.3")).toBeNull();

    await slack.presses(BOB, question, "Approve");
    const settled = await slack.becomes(question, /^✓ Approved by Bob .* → Tag v1\.2\.3 ✓/);
    expect(settled.buttons).toEqual([]);
    const done = await slack.becomes(
      goal,
      /^Release billing 1\.2\.3\n✓ Done in .* · 12 tests passed · .* · approved by Bob\n/,
    );
    expect(done.buttons).toEqual(["Open thread"]);
    const result = await slack.card(/^✓ Done in/, goal);
    expect(result.shown).toContain("for @Alice");
    expect(result.shown).toContain(`git -C ${repository} show v1.2.3`);
    const plan = await slack.card(/^Plan: Release billing 1\.2\.3 · 4 steps/, goal);
    await slack.becomes(
      plan,
      /\[complete\] Run the tests · .*12 tests passed\n\[complete\] Write the changelog for 1\.2\.3.*\n\[complete\] Approve the tag.*\n\[complete\] Tag v1\.2\.3/,
    );
    expect((await slack.thread(goal)).map(({ ts }) => ts)).toEqual([plan.ts, question.ts, result.ts]);

    const [, approved = ""] = /Commit ([0-9a-f]{10})/.exec(question.shown) ?? [];
    const sha = tagged(repository, "v1.2.3") ?? "";
    expect(sha.slice(0, 10)).toBe(approved);
    expect(git(repository, "show", `${sha}:CHANGELOG.md`)).toContain(
      "- Print an invoice as JSON with --json",
    );
    expect(git(repository, "rev-parse", "main")).toBe(mainBefore);
  });
});
