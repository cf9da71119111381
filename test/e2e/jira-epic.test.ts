import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { type Jira, startJira } from "#test/support/atlassian/jira.ts";
import { commentsOn, connectJira, readAdf } from "#test/support/e2e/jira.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
/** Kinds of issues of the double's project PAY. */
const [EPIC, STORY] = ["10000", "10001"];
const stage = useStage(await testDatabase());

withContracts("a saved workflow is an epic in Jira", () => {
  let far: Jira;
  beforeAll(async () => {
    far = await startJira();
  });
  afterAll(async () => {
    expect(far.violations).toEqual([]);
    expect(far.doubles()).toEqual([]);
    await far.close();
  });

  test("from the first write, which somebody lets us do, to done", async () => {
    const slack = await stage().room("billing");
    await connectJira(stage(), "billing", far, { goOn: false });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship billing/);
    const ask = await slack.card(/would write to Jira project PAY for the first time/, goal);
    expect(ask.shown).toMatch(
      /It would make Epic “Ship billing 1\.2\.3 \(g\d+\)” and 3 of type Story, with comments/,
    );
    expect(ask.shown).toContain("as countersign@example.com");
    expect(far.calls.filter(({ method }) => method !== "GET")).toEqual([]);
    await slack.presses(BOB, ask, "Go on");
    await slack.becomes(ask, /^✓ Bob let Countersign write to Jira project PAY/);

    const epic = await until("an epic", async () => far.issues().find(({ type }) => type === EPIC));
    const question = await slack.card(/^✋ Tag /, goal);
    const approve = await until("a story for the approval", async () =>
      far.issues().find(({ fields }) => fields["summary"] === "Approve the tag"),
    );
    await until("the question on the story", async () => approve.comments.length > 0);
    await slack.presses(BOB, question, "Approve");
    await slack.becomes(goal, /✓ Done/);
    await until("the epic to be done", async () => far.statusOf(epic.id) === "Fertig");

    const stories = far.issues().filter(({ type }) => type === STORY);
    expect(stories.map(({ fields }) => fields["summary"])).toEqual([
      "Run the tests",
      "Approve the tag",
      "Tag v1.2.3",
    ]);
    for (const story of stories) {
      expect(far.statusOf(story.id)).toBe("Fertig");
      expect(story.fields["parent"]).toBe(epic.id);
    }
    expect(epic.fields).toMatchObject({
      summary: expect.stringMatching(/^Ship billing 1\.2\.3 \(g\d+\)$/),
      labels: ["countersign"],
      assignee: "5b10a:alice",
    });
    expect(readAdf(epic.fields["description"])).toMatch(
      /Goal\n[\s\S]*Asked by Alice · workflow ship \(version: 1\.2\.3\) · project billing/,
    );
    expect(commentsOn(far, approve.id)).toEqual([
      expect.stringMatching(/^A question is open: Tag billing v1\.2\.3\?\nThe test passed\.\nmedium risk/),
      "Approved by Bob: “Tag billing v1.2.3?”",
    ]);
    await until("what the agents said", async () => epic.comments.length === 3);
    expect(commentsOn(far, epic.id)).toEqual([
      "Started for Alice: 3 steps.",
      expect.stringMatching(
        /^What the agents said\n\[command sh test\.sh\] exit 0[^\n]*\n\[command tag\] exit 0/,
      ),
      expect.stringMatching(/^Done in .* · approved by Bob\nRun the tests: exit 0/),
    ]);
    await until("the link to the thread", async () => epic.links.length === 1);
    expect(epic.links[0]?.object).toMatchObject({ title: expect.stringMatching(/^In Slack: Ship billing/) });
    expect(approve.comments[0]?.body).toMatchObject({
      content: expect.arrayContaining([
        expect.objectContaining({
          content: expect.arrayContaining([
            {
              ...{ type: "text", text: "in Slack" },
              marks: [{ type: "link", attrs: { href: Object(epic.links[0]?.object).url } }],
            },
          ]),
        }),
      ]),
    });
    const browse = new RegExp(`<${far.url}/browse/${epic.key}\\|${epic.key}>`);
    await slack.becomes(goal, browse);
    await slack.becomes(await slack.card(/^✓ Done/, goal), browse);
    await slack.types(ALICE, "/goal status");
    await slack.told(ALICE, new RegExp(`\\[Open thread\\][\\s\\S]*\\[Open ${epic.key}\\]`));
  });
});
