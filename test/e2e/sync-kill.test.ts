import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Confluence, startConfluence } from "#test/support/atlassian/confluence.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import type { Call } from "#test/support/atlassian/faults.ts";
import { type Jira, startJira } from "#test/support/atlassian/jira.ts";
import { connectConfluence } from "#test/support/e2e/confluence.ts";
import { commentsOn, connectJira } from "#test/support/e2e/jira.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useSeparateStage } from "#test/support/e2e/separate-stage.ts";
import { allShown } from "#test/support/e2e/sync.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useSeparateStage(await testDatabase());
/** Kinds of issues of the double's project PAY. */
const [EPIC, STORY] = ["10000", "10001"];

withContracts("bots that die, and several of them, write nothing twice", () => {
  let jira: Jira;
  let confluence: Confluence;
  beforeAll(async () => {
    [jira, confluence] = await Promise.all([startJira(), startConfluence()]);
  });
  afterAll(async () => {
    expect([...jira.violations, ...confluence.violations]).toEqual([]);
    expect([...jira.doubles(), ...confluence.doubles()]).toEqual([]);
    await Promise.all([jira.close(), confluence.close()]);
  });

  const epicOf = (name: string) =>
    jira
      .issues()
      .find(({ type, fields }) => type === EPIC && String(fields["summary"]).startsWith(`Ship ${name} `));
  const storiesOf = (name: string) => {
    const epic = epicOf(name);
    return jira.issues().filter(({ type, fields }) => type === STORY && fields["parent"] === epic?.id);
  };
  const about =
    (operation: string, name: string) =>
    ({ operationId, path, body }: Call): boolean => {
      if (operationId !== operation) return false;
      const epic = epicOf(name);
      const written = JSON.stringify(body);
      return (
        written.includes(`Ship ${name} `) ||
        (epic !== undefined && (path.includes(`/${epic.id}/`) || written.includes(`"${epic.id}"`)))
      );
    };

  /** A room whose runs both systems show. Its run waits for Bob: whatever dies now dies in the middle of nothing else. */
  async function connected(name: string) {
    const slack = await stage().room(name);
    const { sql, dir } = stage();
    const at = { sql, dir: join(dir, "data") };
    await connectJira(at, name, jira);
    await connectConfluence(at, name, confluence);
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(new RegExp(`^Ship ${name}`));
    const question = await slack.card(/^✋ Tag /, goal);
    return {
      async toTheEnd() {
        await slack.presses(BOB, question, "Approve");
        // So many cards are too many for Slack's minute, and it is not Slack that this is about.
        await until("the run to be done", async () => {
          const rows = await stage().sql`select from goals g join runs r on r.id = g.latest_run_id
            where g.title = ${`Ship ${name} 1.2.3`} and r.status = 'succeeded'`;
          return rows.length > 0;
        });
      },
    };
  }

  /** One epic with its three stories, all done, what was said of it once, and one page that shows the end. */
  function expectShown(name: string): void {
    const epic = epicOf(name);
    expect(jira.issues().filter(({ fields }) => fields["summary"] === epic?.fields["summary"])).toHaveLength(
      1,
    );
    expect(storiesOf(name).map(({ id, fields }) => [fields["summary"], jira.statusOf(id)])).toEqual([
      ["Run the tests", "Fertig"],
      ["Approve the tag", "Fertig"],
      ["Tag v1.2.3", "Fertig"],
    ]);
    expect(jira.statusOf(epic?.id ?? "")).toBe("Fertig");
    const said = commentsOn(jira, epic?.id ?? "").join("\n");
    for (const words of [/Started for Alice/g, /What the agents said/g, /Done in /g])
      expect(said.match(words)).toHaveLength(1);
    expect(epic?.links).toHaveLength(1);
    expect(storiesOf(name)[1]?.comments.length).toBeGreaterThan(0);
    const pages = confluence.pages().filter(({ title }) => title.startsWith(`Workflow: Ship ${name} `));
    expect(pages.map(({ body }) => /3 of 3 steps done/.test(body))).toEqual([true]);
  }

  /** One kill for all moments: a dead bot's claims are waited for, and that takes as long for one as for all. */
  test("SIGKILL after a system did what it was asked, before anybody could write that down: looked up, not made again", async () => {
    const { startBot, sql, holding } = stage();
    const bot = await startBot();
    const names = ["epic", "stories", "comment", "link", "cursor"];
    const held = [
      jira.faults.hold(about("createIssue", "epic"), "after"),
      jira.faults.hold(about("createIssues", "stories"), "after"),
      jira.faults.hold(about("addComment", "comment"), "after"),
      jira.faults.hold(about("createOrUpdateRemoteIssueLink", "link"), "after"),
      confluence.faults.hold(about("createPage", "epic"), "after"),
    ];
    const last = jira.faults.hold(about("createOrUpdateRemoteIssueLink", "cursor"), "after");
    const rooms = await Promise.all(names.map(connected));
    await Promise.all([...held, last].map(({ arrived }) => arrived));
    // All is written and saved, but the cursor can't move.
    const lock = await holding(
      (tx) => tx`
      select from cursors where follower = 'jira' and stream_id in (select stream_id from links where outside_id = ${epicOf("cursor")?.id ?? ""}) for update`,
    );
    last.release();
    await until("the last link to be saved", async () => {
      const rows = await sql`select from links where key = 'thread'`;
      return rows.length > 0;
    });
    // A message that may be there or not is looked up in Slack, once a minute: then this would take minutes.
    await until("Slack to have all cards", async () => {
      const rows = await sql`select from messages where state <> 'posted' or version > shown_version`;
      return rows.length === 0;
    });
    await bot.end();
    await lock.letGo();
    for (const { release } of held) release();

    await startBot();
    await Promise.all(rooms.map(({ toTheEnd }) => toTheEnd()));
    await allShown(sql, ["jira", "confluence"], 5_000);
    for (const name of names) expectShown(name);
  });

  test("two workers on one database write what one would", async () => {
    const { startBot, sql } = stage();
    const before = jira.calls.length;
    const other = await startBot(["worker"]);
    const names = ["one", "two", "three"];
    const rooms = await Promise.all(names.map(connected));
    await Promise.all(rooms.map(({ toTheEnd }) => toTheEnd()));
    await allShown(sql, ["jira", "confluence"]);
    for (const name of names) expectShown(name);
    expect(jira.calls.length - before).toBeLessThan(names.length * 40);
    await other.end();
  });
});
