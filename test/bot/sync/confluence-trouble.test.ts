import { expect, it } from "vitest";
import { Later } from "#bot/followers.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { openConfluenceStage } from "#test/support/confluence-stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { command } from "#test/support/sample-run.ts";

const database = await testDatabase();
const { sql } = database;
const plan = [command("build"), command("check", ["build"])];
const open = () => openConfluenceStage(database);

withContracts("a run's page, where Confluence has trouble,", () => {
  it("waits for a Confluence that is down, asks it no second time meanwhile, and is right afterwards", async () => {
    const { wiki, begin, begins, ends, catchUp } = await open();
    const id = await begin(plan);
    wiki.faults.down(503);
    await expect(catchUp(id)).rejects.toThrow(Later);
    const asked = wiki.calls.length;
    for (const key of ["build", "check"]) {
      await begins(id, key);
      await expect(catchUp(id)).rejects.toThrow(/503/);
      await ends(id, key);
    }
    expect(wiki.calls.length).toBe(asked);
    await wiki.faults.up();
    await sql`update circuits set open_until = now()`;
    await catchUp(id);
    expect(wiki.pages()).toHaveLength(1);
    expect(wiki.pages()[0]).toMatchObject({ number: 1, body: expect.stringContaining("2 of 2 steps done") });
  });

  it("waits as long as Confluence says where it limits us, and five minutes where it lost our credentials", async () => {
    const { wiki, begin, catchUp } = await open();
    const id = await begin(plan);
    wiki.faults.limit("createPage", 17);
    await expect(catchUp(id)).rejects.toMatchObject({ name: "Later", waitMs: 17_000 });
    await sql`delete from circuits`;
    wiki.faults.revoke();
    await expect(catchUp(id)).rejects.toMatchObject({ name: "Later", waitMs: 300_000 });
    await wiki.faults.up();
    await sql`delete from circuits`;
    await catchUp(id);
    expect(wiki.pages()).toHaveLength(1);
  });

  it.each([
    ["no_permission", "create"],
    ["space_gone", "read"],
  ] as const)("is refused for good with what to do: %s", async (code, right) => {
    const { wiki, begin, catchUp } = await open();
    wiki.deny("ENG", right);
    const id = await begin(plan);
    await expect(catchUp(id)).rejects.toMatchObject({ name: "OutsideRefusal", code });
    wiki.allow("ENG", right);
    await catchUp(id);
    expect(wiki.pages()).toHaveLength(1);
  });

  it("is left alone where its project is not connected any more", async () => {
    const { wiki, begin, begins, catchUp } = await open();
    const id = await begin(plan);
    await sql`update connections set removed_at = now()`;
    await begins(id, "build");
    await catchUp(id);
    expect(wiki.calls).toEqual([]);
  });
});
