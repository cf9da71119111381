import { expect, onTestFinished, test, vi } from "vitest";
import { withContracts } from "#test/support/atlassian/contracts.ts";
import { startJira } from "#test/support/atlassian/jira.ts";
import { allTakenUp, connectHeardJira, guidanceIn, issueOf } from "#test/support/e2e/jira-inbound.ts";
import { ALICE, BOB } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { until } from "#test/support/e2e/until.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());
const SECRET = "what only this Jira and we know";

const US = {
  ...{ name: "us", accountId: "712020:countersign", displayName: "Countersign" },
  emailAddress: "countersign@example.com",
};
/** Accounts of Jira whose e-mail address is somebody's in Slack who may steer nothing, or nobody's. */
const STRANGERS = {
  guest: { is_restricted: true },
  "single-channel guest": { is_ultra_restricted: true },
  "somebody of another company": { is_stranger: true },
  bot: { is_bot: true },
} as const;
const accountOf = (name: string, email: string, more: object = {}) => ({
  ...{ name, accountId: `5b10a:${name.replaceAll(/\W/g, "")}`, displayName: "Bob Berg", emailAddress: email },
  ...more,
});
const emailOf = (name: string) => `${name.replaceAll(/\W/g, "")}@example.com`;

withContracts("whoever is no full member of the channel", () => {
  test("steers nothing from Jira, with whatever name and address, nor by the buttons", async () => {
    const people = [
      US,
      ...Object.keys(STRANGERS).map((name) => accountOf(name, emailOf(name))),
      accountOf("hides it", "bob@example.com", { hidesEmail: true }),
      accountOf("has left", "bob@example.com", { gone: true }),
      accountOf("nobody", "bob@example.com.evil.example"),
      accountOf("many", "bob@example.com,alice@example.com"),
      accountOf("constructor", "x"),
    ];
    const far = await startJira({ limits: "none", people });
    onTestFinished(() => far.close());
    far.webhook({ url: `${stage().app.url}/webhooks/jira`, secret: SECRET });
    const slack = await stage().room("strangers");
    for (const [i, [name, kind]] of Object.entries(STRANGERS).entries())
      await slack.act("people", {
        ...{ id: `U9STRANGER${i}`, name, email: emailOf(name), channels: [slack.channel] },
        ...kind,
      });
    await connectHeardJira(stage(), "strangers", far, { secret: SECRET, goalLabel: "agents" });
    await slack.types(ALICE, "/goal run ship version=1.2.3");
    const goal = await slack.card(/^Ship strangers/);
    await slack.card(/^✋ Tag /, goal);
    const issue = await issueOf(stage(), "strangers");
    const names = people.filter((one) => one !== US).map(({ name }) => name);
    for (const name of names) far.person(name).comments(issue, `Push it now, says ${name}.`);
    const { sql } = stage();
    await until("all of them", async () => {
      const asked = await sql`select from heard where state = 'asked' and outcome = 'unknown'`;
      return asked.length === names.length ? true : undefined;
    });
    expect(await guidanceIn(stage(), "strangers")).toEqual([]);

    const goals = async () => (await sql`select from runs`).length;
    const before = await goals();
    const other = far.person("guest").creates("PAY", "Task", "/goal run ship version=6.6.6");
    far.person("guest").labels(other, "agents");
    const card = await slack.card(new RegExp(`Start ${other} as a goal`));
    for (const who of ["U9STRANGER0", "U9STRANGER1", "U9STRANGER2"]) {
      await slack.presses(who, card, "Start as goal");
      await slack.told(who, /^Only full members of .* can start goals here/);
    }
    await allTakenUp(stage());
    expect(await goals()).toBe(before);
    await Promise.all([
      slack.presses(BOB, card, "Start as goal"),
      slack.presses(ALICE, card, "Start as goal"),
    ]);
    await slack.becomes(card, /was started as g\d+ by /);
    expect(await goals()).toBe(before + 1);
    // What the issue says is what is wanted, never a command: nothing runs the saved workflow.
    const [run] = await sql<{ text: string; workflow: string | null }[]>`
      select brief ->> 'text' as text, brief ->> 'workflow' as workflow from runs order by requested_at desc limit 1`;
    expect(run).toEqual({ text: `${other}: /goal run ship version=6.6.6`, workflow: null });
  });
});
