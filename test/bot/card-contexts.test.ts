import { expect, test } from "vitest";
import { createCardContexts } from "#bot/slack/card-contexts.ts";
import type { People } from "#bot/slack/people.ts";

/** Who is asked for, with a Slack that knows everybody as "somebody". */
async function askedFor(...about: readonly unknown[]): Promise<readonly string[]> {
  let asked: readonly string[] = [];
  const names: People["names"] = async (_, ids) => {
    asked = ids;
    return new Map(ids.map((id) => [id, "somebody"]));
  };
  const contexts = createCardContexts({
    people: { names } as People,
    botName: "Countersign",
    model: undefined,
  });
  await contexts.about("T01LOCAL", ...about);
  return asked;
}

test("people are found as values, as actors and as mentions in texts", async () => {
  expect(
    await askedFor({ requestedBy: "U01ALICE", reason: "Rejected by <@U02BOB>: no" }, [
      { actor: "person:U03CAROL", note: "<@U04DAVE|dave>" },
    ]),
  ).toEqual(["U01ALICE", "U02BOB", "U03CAROL", "U04DAVE"]);
});

test("words in capitals, as every log has them, are nobody", async () => {
  expect(await askedFor({ log: 'WARNING: UNKNOWN USER "UNDEFINED" in UTF16, WHERE U0123456' })).toEqual([]);
});

test("a text that mentions thousands costs no more than a hundred", async () => {
  const log = Array.from({ length: 5_000 }, (_, i) => `<@U1000${i}>`).join("\n");
  const asked = await askedFor({ requestedBy: "U01ALICE", log });
  expect(asked).toHaveLength(100);
  expect(asked[0]).toBe("U01ALICE");
});
