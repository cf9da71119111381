import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { Later } from "#bot/followers.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { openConfluenceStage } from "#test/support/confluence-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command } from "#test/support/sample-run.ts";

const database = await testDatabase();
const { sql } = database;
const plan = [command("build"), command("check", ["build"])];
const open = (
  ...settings: Parameters<typeof openConfluenceStage> extends [unknown, ...infer Rest] ? Rest : []
) => openConfluenceStage(database, ...settings);

const later = (ms: number) => expect.objectContaining({ name: "Later", waitMs: expect.closeTo(ms, -4) });

const goneMessages = (id: string) =>
  sql<{ text: string; threadKey: string }[]>`
    select desired ->> 'text' as text, thread_key as "threadKey" from messages
    where stream_id = ${id} and key like 'page-gone:%'`;

withContracts("a run's page", () => {
  it("is made as soon as there is a plan, labelled and marked, and done at the end", async () => {
    const { wiki, begin, begins, ends, catchUp, link } = await open();
    const id = await begin(plan);
    await catchUp(id);
    const [page] = wiki.pages();
    expect(page?.title).toMatch(/^Workflow: Release billing 0\.2\.0 · g\d+$/);
    expect(page).toMatchObject({ parent: wiki.homepage("ENG"), number: 1 });
    expect(page?.labels.map(({ name }) => name)).toEqual(["countersign"]);
    expect(page?.properties.map(({ key, value }) => ({ key, value }))).toEqual([
      { key: "countersign", value: { run: id } },
    ]);
    expect(page?.body).toContain("Do build");
    expect(await link(id)).toMatchObject({ state: "there", outsideId: page?.id, url: expect.any(String) });
    for (const key of ["build", "check"]) {
      await begins(id, key);
      await ends(id, key);
    }
    await catchUp(id);
    expect(wiki.page(page?.id ?? "")).toMatchObject({ number: 2, body: expect.stringContaining("Done") });
    await catchUp(id);
    expect(wiki.page(page?.id ?? "").number).toBe(2);
    expect(wiki.violations).toEqual([]);
  });

  it("is not there before there is a plan, but for a run that ended without one", async () => {
    const { wiki, begin, cancels, catchUp } = await open();
    const id = await begin(null);
    await catchUp(id);
    expect(wiki.pages()).toEqual([]);
    await cancels(id);
    await catchUp(id);
    expect(wiki.pages()).toHaveLength(1);
    expect(wiki.pages()[0]?.body).toContain("There is no plan.");
  });

  it("is written at most once a minute while the run goes on, whatever happens in it", async () => {
    const { wiki, clock, begin, begins, notes, ends, catchUp } = await open();
    const id = await begin(plan);
    await catchUp(id);
    await begins(id, "build");
    await expect(catchUp(id)).rejects.toEqual(later(60_000));
    await notes(id, "build", "half of it");
    clock.advance(20_000);
    await expect(catchUp(id)).rejects.toEqual(later(40_000));
    clock.advance(40_100);
    await catchUp(id);
    expect(wiki.count("updatePage")).toBe(1);
    expect(wiki.pages()[0]?.body).toContain("half of it");
    await ends(id, "build");
    await expect(catchUp(id)).rejects.toThrow(Later);
    expect(wiki.count("updatePage")).toBe(1);
  });

  it("keeps what people wrote around our part, their title, and labels of their own", async () => {
    const { wiki, clock, begin, begins, catchUp } = await open();
    const id = await begin(plan);
    await catchUp(id);
    const alice = wiki.person("alice");
    const pageId = wiki.pages()[0]?.id ?? "";
    alice.edits(pageId, (body) => `<p>Read <strong>this</strong> first.</p>${body}<p>And &ndash; this.</p>`);
    alice.renames(pageId, "Our release");
    clock.advance(61_000);
    await begins(id, "build");
    await catchUp(id);
    const { body, title } = wiki.page(pageId);
    expect(title).toBe("Our release");
    expect(body.startsWith("<p>Read <strong>this</strong> first.</p><ac:structured-macro")).toBe(true);
    expect(body.endsWith("<p>And &ndash; this.</p>")).toBe(true);
    expect(body).toContain("working");
  });

  it("is written after the person who was quicker", async () => {
    const { wiki, clock, begin, begins, catchUp } = await open();
    const id = await begin(plan);
    await catchUp(id);
    const pageId = wiki.pages()[0]?.id ?? "";
    wiki.faults.before("updatePage", () => wiki.person("bob").edits(pageId, (body) => `${body}<p>Bob</p>`));
    clock.advance(61_000);
    await begins(id, "build");
    await catchUp(id);
    expect(wiki.page(pageId).body).toMatch(/working.*<p>Bob<\/p>$/s);
    expect(wiki.calls.filter(({ status }) => status === 409)).toHaveLength(1);
  });

  it.each([
    ["a time-out after it was made", "hangAfter"],
    ["a connection that broke after it was made", "breakAfter"],
  ] as const)("is there once in spite of %s", async (_, fault) => {
    const { wiki, begin, catchUp, restart, link } = await open();
    const id = await begin(plan);
    wiki.faults[fault]("createPage");
    const first = catchUp(id);
    if (fault === "hangAfter") {
      await expect.poll(() => wiki.pages().length).toBe(1);
      await wiki.faults.refuse(); // what hangs breaks off
      await wiki.faults.up();
    }
    await expect(first).rejects.toThrow(Later);
    expect(await link(id)).toMatchObject({ state: "making" });
    await sql`delete from circuits`;
    restart();
    await catchUp(id);
    expect(wiki.pages()).toHaveLength(1);
    expect(wiki.pages()[0]?.properties).toHaveLength(1);
    expect(await link(id)).toMatchObject({ state: "there", outsideId: wiki.pages()[0]?.id });
    expect(wiki.doubles()).toEqual([]);
  });

  it("is labelled and marked by who comes after a crash in between", async () => {
    const { wiki, begin, catchUp, restart } = await open();
    const id = await begin(plan);
    wiki.faults.breakBefore("createPageProperty");
    await expect(catchUp(id)).rejects.toThrow(Later);
    await sql`delete from circuits`;
    wiki.faults.breakAfter("createPageProperty");
    await expect(catchUp(id)).rejects.toThrow(Later);
    await sql`delete from circuits`;
    restart();
    await catchUp(id);
    const [page] = wiki.pages();
    expect(page?.labels).toHaveLength(1);
    expect(page?.properties).toHaveLength(1);
    expect(page?.number).toBe(1);
  });

  it("gets the labels that the settings name later", async () => {
    const { wiki, clock, connect, begin, begins, catchUp } = await open();
    const id = await begin(plan);
    await catchUp(id);
    await connect({ labels: ["countersign", "billing"] });
    clock.advance(61_000);
    await begins(id, "build");
    await catchUp(id);
    expect(wiki.pages()[0]?.labels.map(({ name }) => name)).toEqual(["countersign", "billing"]);
  });

  it("takes the next title where somebody has a page of that one, and leaves theirs alone", async () => {
    const { wiki, begin, catchUp } = await open();
    const alice = wiki.person("alice");
    alice.creates("ENG", "workflow: A title · G7000", "<p>mine</p>");
    const goal = { goalId: randomUUID(), goalNumber: 7_000, title: "A title" };
    const id = await begin(plan, goal);
    await catchUp(id);
    expect(wiki.page("Workflow: A title · g7000 (2)").body).toContain("Do build");
    const again = await begin(plan, goal);
    await catchUp(again);
    expect(wiki.page("Workflow: A title · g7000 (3)").properties[0]?.value).toEqual({ run: again });
    expect(wiki.page("workflow: A title · G7000")).toMatchObject({ body: "<p>mine</p>", number: 1 });
  });

  it("stays deleted where somebody deleted it; the thread is told once, and `sync retry` makes a new one", async () => {
    const { wiki, clock, begin, begins, ends, catchUp, link } = await open();
    const id = await begin(plan);
    await catchUp(id);
    const pageId = wiki.pages()[0]?.id ?? "";
    wiki.person("alice").trashes(pageId);
    await begins(id, "build");
    clock.advance(61_000);
    await catchUp(id);
    expect(await link(id)).toMatchObject({ state: "gone" });
    await ends(id, "build");
    clock.advance(61_000);
    await catchUp(id);
    expect(await goneMessages(id)).toEqual([
      {
        text: expect.stringMatching(/^The Confluence page of this goal is gone/),
        threadKey: expect.stringMatching(/^goal:/),
      },
    ]);
    expect(wiki.pages()).toHaveLength(1);
    await sql`update links set state = 'making', outside_id = null, url = null, shown = null where stream_id = ${id}`;
    await catchUp(id);
    expect(wiki.pages().filter(({ status }) => status === "current")).toHaveLength(1);
    expect(await link(id)).toMatchObject({ state: "there" });
  });

  it("is taken up again where somebody restored it before `sync retry`", async () => {
    const { wiki, clock, begin, begins, catchUp, link } = await open();
    const id = await begin(plan);
    await catchUp(id);
    const pageId = wiki.pages()[0]?.id ?? "";
    wiki.person("alice").trashes(pageId);
    await begins(id, "build");
    clock.advance(61_000);
    await catchUp(id);
    wiki.person("alice").restores(pageId);
    await sql`update links set state = 'making', outside_id = null, url = null, shown = null where stream_id = ${id}`;
    await catchUp(id);
    expect(await link(id)).toMatchObject({ state: "there", outsideId: pageId });
    expect(wiki.page(pageId).body).toContain("working");
    expect(wiki.pages()).toHaveLength(1);
  });
});
