import { expect, test } from "vitest";
import { ALICE } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";
import { seen } from "#test/support/read-card.ts";

const stage = useStage(await testDatabase());

test.each([
  ["U10GUEST", { is_restricted: true }],
  ["U11STRANGER", { is_stranger: true }],
])("%s sees no goal of a channel that they are not in, wherever they ask", async (id, more) => {
  const { people, room } = stage();
  const slack = await room(`secret-${id.toLowerCase()}`);
  await slack.types(ALICE, "/goal run ship version=1.2.3");
  const goal = await slack.card(/^Ship secret/);
  const [, number] = /(g\d+) · asked/.exec(goal.shown) ?? [];
  await people.act("people", { id, name: id, ...more });
  for (const typed of ["/goal list", `/goal status ${number}`])
    expect(await people.types(id, "C01GENERAL", typed)).toBe(
      "Only full members of this workspace can see its goals.",
    );
  expect(seen((await people.home(id)).blocks)).not.toContain("secret");
  expect(seen((await people.home(ALICE)).blocks)).toContain("secret");
});
