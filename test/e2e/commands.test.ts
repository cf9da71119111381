import { describe, expect, test, vi } from "vitest";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());

const countGoals = async (channel: string): Promise<number> =>
  (await stage().sql`select from goals where channel_id = ${channel}`).length;

describe.concurrent("/goal", () => {
  test("help fits on a screen, and names what works", async () => {
    const slack = await stage().room("helped");
    await slack.types(ALICE, "/goal help");
    const help = await slack.told(ALICE, /Type a goal/);
    for (const line of [
      "/goal run release version=1.2.3",
      "/goal list",
      "/goal status g14",
      "/goal rework g14",
    ])
      expect(help.shown).toContain(line);
    expect(help.shown.split("\n").length).toBeLessThan(15);
    await slack.says(BOB, "<@UCSIGN01>");
    await slack.told(BOB, /Type a goal/);
  });

  test("list and status tell what goes on, by number, by thread and the latest", async () => {
    const slack = await stage().room("listed");
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship listed[\s\S]*✋ Waiting/);
    const [number = ""] = /\bg\d+\b/.exec(goal.shown) ?? [];
    await slack.types(BOB, "/goal list");
    const list = await slack.told(BOB, /^Under way/);
    expect(list.shown).toContain(`${number} Ship listed 1.2.3 · ✋ Waiting · 1 of 3 steps`);
    expect(list.shown).toContain("`/goal run ship version=…`");

    expect(await slack.types(BOB, "/goal status")).toMatch(/^You have no goal here yet\./);
    expect(await slack.types(BOB, `/goal status ${number}`)).toContain(
      `${number} Ship listed 1.2.3: ✋ Waiting`,
    );
    expect(await slack.types(BOB, "/goal status g999")).toMatch(/^There is no goal g999\. `\/goal list`/);
    await slack.types(ALICE, "/goal status");
    const latest = await slack.told(ALICE, /Your latest goal in this channel/);
    expect(latest.shown).toMatch(/✓ Run the tests.*\n✋ Approve the tag.*\n◌ Tag v1\.2\.3/);
    await slack.says(BOB, "<@UCSIGN01> status", goal);
    const inThread = await slack.told(BOB, /✓ Run the tests/);
    expect(inThread.thread).toBe(goal.ts);
  });

  test("says what is wrong with a workflow's parameters, and starts nothing", async () => {
    const slack = await stage().room("wrong");
    const said = (typed: string) => slack.types(ALICE, typed);
    expect(await said("/goal run ship")).toMatch(/version/);
    expect(await said("/goal run ship version=")).toMatch(/version/);
    expect(await said("/goal run ship version=next")).toMatch(/version.*1\.2\.3/);
    expect(await said("/goal run ship version=1.2.3 colour=red")).toMatch(/colour/);
    expect(await said('/goal run ship version="1.2.3; rm -rf /"')).toMatch(/version/);
    expect(await said("/goal run ship version=$(id)")).toMatch(/version/);
    expect(await countGoals(slack.channel)).toBe(0);
    expect(await slack.cards()).toEqual([]);
  });

  test("asks which was meant where two readings fit, and starts nothing before that", async () => {
    const slack = await stage().room("readings");
    expect(await slack.types(ALICE, "/goal run ship to the new harbour")).toMatch(/can be read in two ways/);
    const offer = await slack.told(ALICE, /Which do you mean/);
    expect(offer.shown).toContain("Nothing has begun yet.");
    expect(offer.buttons).toEqual(["/goal run ship", "Start it as a goal: run ship to the new harbour"]);
    expect(await countGoals(slack.channel)).toBe(0);
    await slack.presses(ALICE, offer, "Start it as a goal");
    await slack.presses(ALICE, offer, "Start it as a goal");
    await slack.card(/^run ship to the new harbour\nRehearsal/);
    expect(await countGoals(slack.channel)).toBe(1);

    await slack.types(BOB, "/goal stats");
    const slip = await slack.told(BOB, /Which do you mean by “stats”/);
    expect(slip.buttons).toEqual(["/goal status", "Start it as a goal: stats"]);
    await expect(slack.presses(ALICE, slip, "/goal status")).rejects.toThrow(/not_visible/);
    await slack.presses(BOB, slip, "/goal status");
    await slack.told(BOB, /^You have no goal here yet/);
  });

  test("takes `run the tests` for a goal: there is no workflow `the`", async () => {
    const slack = await stage().room("words");
    expect(await slack.types(ALICE, "/goal run the tests")).toBeNull();
    await slack.card(/^run the tests\nRehearsal · /);
  });

  test("in a channel without the bot keeps the goal, which begins once the bot was invited", async () => {
    const slack = await stage().room("kept", { botIsIn: false });
    const said = await slack.types(ALICE, "/goal run ship version=1.2.3");
    expect(said).toMatch(/^Your goal is kept\. Type `\/invite @Countersign` here/);
    const kept = await slack.told(ALICE, /Your goal is kept/);
    await slack.presses(ALICE, kept, "Start it now");
    expect(await countGoals(slack.channel)).toBe(0);
    await slack.types(ALICE, "/invite @Countersign");
    await slack.presses(ALICE, kept, "Start it now");
    await slack.presses(ALICE, kept, "Start it now");
    await slack.card(/^Ship kept 1\.2\.3[\s\S]*✋ Waiting/);
    expect(await countGoals(slack.channel)).toBe(1);
  });

  test("keeps what is typed in a direct message apart from everybody else", async () => {
    const { people } = stage();
    await people.says(BOB, "D02BOB", "help");
    await people.told(BOB, /Type a goal/, "D02BOB");
  });
});
