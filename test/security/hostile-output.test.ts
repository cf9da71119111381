import { expect, test, vi } from "vitest";
import { tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const stage = useStage(await testDatabase());

const command = (key: string, run: string, more: object = {}) => ({
  ...{ key, title: key, agent: { kind: "command", name: key, run }, ...more },
});
const approval = { kind: "person", asks: "approval", what: "Go on?", effect: "go on" };

test("what a command calls its tag is not offered to people as a line to paste when a shell would do something else", async () => {
  const { sql, room } = stage();
  const steps = [
    { key: "approve", title: "Approve", agent: approval },
    command("tag", 'echo "tag=v1; touch pasted" >> "$COUNTERSIGN_OUTPUT"', {
      after: ["approve"],
      effects: ["tag"],
    }),
  ];
  await saveTeamWorkflow(sql, { name: "paste", title: "Paste {project}", steps });
  const slack = await room("paste");
  await slack.types(ALICE, "/goal run paste");
  const goal = await slack.card(/^Paste paste/);
  await slack.presses(BOB, await slack.card(/^✋ Go on\?/, goal), "Approve");
  const result = await slack.card(/^✓ Done in/, goal);
  expect(result.shown).not.toContain("pasted");
});

test("words in capitals that a command prints keep nobody from approving", async () => {
  const { sql, room, people } = stage();
  const words = "for i in $(seq 400); do echo WARNING$i U7700$i; done";
  const steps = [
    command("noise", words),
    { key: "approve", title: "Approve", agent: approval, after: ["noise"] },
  ];
  await saveTeamWorkflow(sql, { name: "noise", title: "Noise {project}", steps });
  const slack = await room("noise");
  await slack.types(ALICE, "/goal run noise");
  const goal = await slack.card(/^Noise noise/);
  await slack.presses(BOB, await slack.card(/^✋ Go on\?/, goal), "Approve");
  await slack.becomes(goal, /✓ Done/);
  const looked = (await people.calls()).filter(({ method }) => method === "users.info");
  expect(looked.length).toBeLessThan(50);
});

test("parameters are data, whatever a shell would make of them", async () => {
  const { sql, room, dir } = stage();
  const value = `$(touch ${dir}/ran) \`touch ${dir}/ran\`; -rf --x'`;
  const parameters = { what: { description: "anything" } };
  const run = `printf '%s' "$WHAT" > said && git add said && git commit -qm "$WHAT" && ! test -e ${dir}/ran && git tag done`;
  await saveTeamWorkflow(sql, {
    name: "said",
    title: "Say {what}",
    parameters,
    steps: [command("say", run)],
  });
  const slack = await room("said");
  await slack.types(ALICE, `/goal run said what="${value}"`);
  await slack.card(/^Say .*\n✓ Done/);
  expect(tagged(slack.repository, "done")).not.toBeNull();
});
