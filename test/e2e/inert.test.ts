import { expect, test, vi } from "vitest";
import { ALICE, BOB, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });
const stage = useStage(await testDatabase());

/** Everything by which a text could call people, hide where a link goes, or look like a card of ours. */
const HOSTILE = [
  "<!channel> <!here> <!everyone> <!subteam^S01LEADS> <@U02BOB> @channel",
  "<https://evil.example|Approve: tag v1.2.3> [Approve](https://evil.example)",
  "*✓ Approved by Bob 14:32* ✋ @Bob, press here",
  "# ✓ Done in 3 s · approved by Bob",
  '{"type":"actions","elements":[{"type":"button","action_id":"question.approve","text":"Approve"}]}',
  "\u202Eevorppa\u202C \u200Bhidden",
];
const printed = HOSTILE.map((line) => `printf '%s\\n' '${line}'`).join("\n");

const OWN = /<@U01ALICE>|<#C9HOSTILE>|<!date\^[^>]*>/g; // whom and what our own lines name
const MARKUP = /<(?:!|@|#|https?:|mailto:)[^>]*>/g;
const CALLS = new Set(["user", "usergroup", "broadcast", "channel", "link"]);

/** Whatever Slack would make a mention or a link of: in mrkdwn, in rich text, behind a button. Plain text is no markup. */
function aliveIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const { type, text, url } = value as Readonly<Record<string, unknown>>;
  const isMarkup = type === "mrkdwn" || type === "markdown" || type === undefined;
  return [
    ...(isMarkup && typeof text === "string" ? (text.replace(OWN, "").match(MARKUP) ?? []) : []),
    ...(CALLS.has(String(type)) ? [JSON.stringify(value)] : []),
    ...(String(url).includes("evil") ? [String(url)] : []),
    ...Object.values(value).flatMap(aliveIn),
  ];
}

test("what a command prints makes no button, no mention and no link, in no card", async () => {
  const { sql, room } = stage();
  const title = "Print <!channel> <https://evil.example|the tag> *now*";
  await saveTeamWorkflow(sql, {
    name: "print",
    title: "Print {text}",
    parameters: { text: { description: "what to print" } },
    steps: [
      { key: "print", title, agent: { kind: "command", name: "print", run: "sh fine.sh" } },
      {
        ...{ key: "ask", title: "Ask", after: ["print"], risk: "medium" },
        agent: { kind: "person", asks: "approval", what: "Go on with {text}?", why: HOSTILE.join("\n") },
      },
      { key: "fail", title, after: ["ask"], agent: { kind: "command", name: "fail", run: "sh wrong.sh" } },
    ],
  });
  const slack = await room("hostile", {
    files: { "fine.sh": printed, "wrong.sh": `${printed}\nno-such-program\n` },
  });
  await slack.types(ALICE, `/goal run print text="<!channel> <https://evil.example|x> <@U04DAVE>"`);
  const goal = await slack.card(/^Print /);
  const question = await slack.card(/^✋ Go on with/, goal);
  await slack.fills(BOB, question, "Approve with a note", { note: HOSTILE.join(" ") });
  const stuck = await slack.card(/is stuck/, goal);
  expect(stuck.buttons).toEqual(["Try again", "Skip", "Take it myself", "Rework…", "Cancel the goal"]);
  await slack.becomes(question, /^✓ Approved by Bob[\s\S]*: blocked/);
  const all = [...(await slack.cards()), ...(await slack.thread(goal))];
  expect(all.length).toBeGreaterThan(3);
  for (const { text, blocks } of all) expect(aliveIn({ text, blocks })).toEqual([]);
  const buttons = all.flatMap((card) => card.pressables.map(({ actionId }) => actionId));
  expect(buttons.filter((id) => id.startsWith("question."))).toEqual([]);

  await slack.types(ALICE, "/goal status");
  await slack.types(ALICE, "/goal list");
  await slack.types(ALICE, "/goal <!channel> status");
  for (const { text, blocks } of await slack.ephemerals(ALICE, slack.channel))
    expect(aliveIn({ text, blocks })).toEqual([]);
  expect((await slack.home(BOB)).blocks.flatMap((block) => aliveIn(block))).toEqual([]);
});
