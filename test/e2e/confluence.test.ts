import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { tryAgain } from "#db/sync-again.ts";
import { type Confluence, startConfluence } from "#test/support/atlassian/confluence.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { connectConfluence, pageThat } from "#test/support/e2e/confluence.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());

withContracts("a run has a page in Confluence", () => {
  let far: Confluence;
  beforeAll(async () => {
    far = await startConfluence();
  });
  afterAll(async () => {
    expect(far.violations).toEqual([]);
    expect(far.doubles()).toEqual([]);
    await far.close();
  });

  /** Alice's release of 1.2.3 in a room of its own, connected. */
  async function ship(name: string, settings: Readonly<Record<string, unknown>> = {}) {
    const slack = await stage().room(name);
    await connectConfluence(stage(), name, far, settings);
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(new RegExp(`^Ship ${name}`));
    const approve = async () => {
      await slack.presses(BOB, await slack.card(/^✋ Tag /, goal), "Approve");
      await slack.becomes(goal, /✓ Done/);
    };
    return { slack, goal, approve, title: new RegExp(`^Workflow: Ship ${name} 1\\.2\\.3 · g\\d+`) };
  }

  test("from the plan to done, with what a person wrote in the middle of it", async () => {
    const began = performance.now();
    const parent = far.person("alice").creates("ENG", "Runs");
    const { approve, title } = await ship("billing", { parent, labels: ["countersign", "billing"] });
    const { id, parent: under } = await pageThat(far, title, /Approve the tag/);
    expect(under).toBe(parent);
    far.person("alice").edits(id, (body) => `<p>Watch this &ndash; Alice.</p>${body}<p>Below.</p>`);
    far.faults.before("updatePage", () => far.person("bob").edits(id, (body) => `${body}<p>Bob too.</p>`));
    const ended = performance.now();
    await approve();
    const { body } = await pageThat(far, title, /3 of 3 steps done/);
    expect(performance.now() - ended).toBeLessThan(30_000); // a run's end waits for no minute
    expect(body.startsWith("<p>Watch this &ndash; Alice.</p><ac:structured-macro")).toBe(true);
    expect(body.endsWith("<p>Below.</p><p>Bob too.</p>")).toBe(true);
    for (const words of ["Approved by Bob, ", "Tag billing v1.2.3?", "tag = v1.2.3", "Alice asked for it"])
      expect(body).toContain(words);
    expect(body).not.toMatch(/U0[12](ALICE|BOB)/);
    expect(far.page(id).labels.map(({ name }) => name)).toEqual(["countersign", "billing"]);
    const written = far.calls.filter(
      ({ operationId, status }) => operationId === "updatePage" && status < 400,
    );
    // Once a minute, and once at the end.
    expect(written.length).toBeLessThanOrEqual(1 + (performance.now() - began) / 60_000);
  });

  test("made once, also where nobody learns that it was made", async () => {
    far.faults.breakAfter("createPage");
    const { approve, title } = await ship("lost");
    await pageThat(far, title, /Approve the tag/);
    await approve();
    await pageThat(far, title, /3 of 3 steps done/);
    expect(far.pages().filter((page) => title.test(page.title))).toHaveLength(1);
  });

  test("late but complete where Confluence was down, which held up nobody", async () => {
    far.faults.down(503);
    const { approve, title } = await ship("late");
    await approve();
    await far.faults.up();
    await pageThat(far, title, /3 of 3 steps done/);
    expect(far.pages().filter((page) => title.test(page.title))).toHaveLength(1);
  });

  test("beside a page of the same title that is somebody else's", async () => {
    const slack = await stage().room("taken");
    await connectConfluence(stage(), "taken", far);
    far.faults.before("createPage", ({ body }) => {
      const { title } = body as { title: string };
      far.person("alice").creates("ENG", title, "<p>Mine.</p>");
    });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const ours = await pageThat(far, /^Workflow: Ship taken 1\.2\.3 · g\d+ \(2\)$/, /Approve the tag/);
    const theirs = far.page(ours.title.replace(" (2)", ""));
    expect(theirs).toMatchObject({ body: "<p>Mine.</p>", number: 1 });
  });

  test("gone for good where somebody deletes it, which the thread is told, until somebody tries again", async () => {
    const { slack, goal, approve, title } = await ship("gone");
    const { id } = await pageThat(far, title, /Approve the tag/);
    far.person("alice").trashes(id);
    await approve();
    const told = await slack.card(/^– The Confluence page of this goal is gone/, goal);
    expect(told.shown).toMatch(/`\.\/countersign sync retry g\d+`/);
    expect(far.pages().filter((page) => title.test(page.title))).toHaveLength(1);
    const { sql } = stage();
    const [link] = await sql<
      { runId: string }[]
    >`select stream_id as "runId" from links where outside_id = ${id}`;
    await tryAgain(sql, { workspaceId: "T01LOCAL", system: "confluence", runId: link?.runId ?? "" });
    const again = await pageThat(far, title, /3 of 3 steps done/);
    expect(again.id).not.toBe(id);
  });

  test("in which texts from outside are text", async () => {
    const slack = await stage().room("inert");
    await connectConfluence(stage(), "inert", far);
    const text = "Write ]]> </ac:structured-macro> {code} 🦊 שלום & <b>bold</b>";
    await slack.types(ALICE, `/goal ${text}`);
    const { title, body } = await pageThat(
      far,
      /^Workflow: Write \]\]> <\/ac:structured-macro>/,
      /A rehearsal: /,
    );
    expect(title).toContain("🦊 שלום & <b>bold</b> · g");
    expect(body).toContain(
      "Write ]]&gt; &lt;/ac:structured-macro&gt; {code} 🦊 שלום &amp; &lt;b&gt;bold&lt;/b&gt;",
    );
  });
});
