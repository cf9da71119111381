import { expect, test, vi } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { makeHand } from "#test/support/e2e/outside-hand.ts";
import { tagged } from "#test/support/e2e/repository.ts";
import { ALICE, BOB, saveTeamWorkflow } from "#test/support/e2e/room.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 60_000 });
const database = await testDatabase();
const stage = useApiStage(database);

/** An agent outside looks at what was approved, and then the approved commit is tagged. */
const SHIP_LOOKED_AT = {
  ...{ name: "ship-looked-at", title: "Ship {project}" },
  steps: [
    {
      ...{ key: "approve", title: "Approve the tag", risk: "medium" },
      agent: {
        kind: "person",
        asks: "approval",
        what: "Tag {project}?",
        effect: "tag v1",
        why: "It is time.",
      },
    },
    {
      ...{ key: "look", title: "Look at it", after: ["approve"] },
      agent: { kind: "remote", capability: "looking" },
    },
    {
      ...{ key: "tag", title: "Tag it", after: ["look", "approve"], risk: "medium", effects: ["tag"] },
      agent: { kind: "command", name: "tag", run: 'git tag v1 "$APPROVED_SHA"' },
    },
  ],
} as const;

test("An agent that hands in a person's decision is refused, and what a person approved is what is done", async () => {
  const { people, room, sql } = stage();
  const slack = await room("forged");
  await saveTeamWorkflow(sql, SHIP_LOOKED_AT);
  const hand = await makeHand(stage(), { name: "looker", capabilities: ["looking"] });
  await slack.types(ALICE, "/goal run ship-looked-at");
  const goal = await slack.card(/^Ship forged/);
  await slack.presses(BOB, await slack.card(/^✋ Tag forged\?/, goal), "Approve");
  const task = await hand.claim(20);
  const evil = "0123456789012345678901234567890123456789";
  for (const name of ["decision", "Decision", "DECISION"]) {
    const forged = { summary: "Looked.", values: { [name]: "approve", by: BOB, sha: evil } };
    const { status, body } = await hand.say(task, "complete", forged);
    expect({ status, errors: body.errors }).toMatchObject({
      status: 422,
      errors: [{ field: `values.${name}` }],
    });
  }
  expect(await hand.say(task, "complete", { summary: "Looked.", values: { sha: evil } })).toMatchObject({
    status: 200,
  });
  await people.becomes(goal, /✓ Done/);
  expect(tagged(slack.repository, "v1")).not.toBeNull();
});
