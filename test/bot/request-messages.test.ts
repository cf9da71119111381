import { expect, test } from "vitest";
import { type RequestState, requestMessages } from "#bot/slack/request-messages.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import { anAnswer, aRequest, CONTEXT, MINUTE, NOON, QUESTION_ID } from "#test/support/card-states.ts";
import { acceptable, actionIds, seen } from "#test/support/read-card.ts";

const context = { ...CONTEXT, requesterAlone: false, linkOf: () => undefined };
const by = "agent:code-review";
const namedAt = (at: number, ...people: string[]) => ({ people, by, at });
const toPeople = (...people: string[]): Partial<Consultation> => ({
  policy: { people, channel: "C01GENERAL", fourEyes: "when_possible" },
});
const toChannels = { policy: { ...aRequest().policy, people: [], channel: "C1", otherChannels: ["C2"] } };

/** The messages by place, as somebody sees them. */
function placesOf(consultation: Consultation, namings: RequestState["namings"]) {
  const messages = requestMessages({ consultation, namings }, context);
  expect(new Set(messages.map(({ key }) => key)).size).toBe(messages.length);
  for (const { streamId, threadKey, desired } of messages) {
    acceptable(desired as Parameters<typeof acceptable>[0]);
    expect([streamId, threadKey]).toEqual([QUESTION_ID, null]);
  }
  return messages.map(({ key, channelId, desired }) => ({
    key: key.replace(`request:${QUESTION_ID}:`, ""),
    channelId,
    first: seen(desired.blocks).split("\n")[0] ?? "",
    canAnswer: actionIds(desired.blocks as never).some((id) => id.startsWith("question.")),
  }));
}
const keysOf = (...asked: Parameters<typeof placesOf>) => placesOf(...asked).map(({ key }) => key);

test("a card stands in every channel where nobody is named", () => {
  const policy = { people: [], channel: "C1", otherChannels: ["C2", "C3"], fourEyes: "never" } as const;
  expect(
    keysOf(aRequest({ policy: { ...policy, people: [], otherChannels: ["C2", "C3"] } }), [namedAt(NOON)]),
  ).toEqual([...["C1", "C2", "C3"]]);
});

test("named people are asked in private, and in the channels too where the agent named some", () => {
  const namings = [namedAt(NOON, "U02BOB", "U03CAROL")];
  const asked = toPeople("U02BOB", "U03CAROL");
  expect(keysOf(aRequest(asked), namings)).toEqual(["@U02BOB", "@U03CAROL"]);
  const medium = { routing: { channels: ["Slack"], recipients: [] } };
  expect(keysOf(aRequest(asked, medium), namings)).toEqual(["@U02BOB", "@U03CAROL"]);
  const both = { routing: { channels: ["slack", "#general"], recipients: [] } };
  expect(keysOf(aRequest(asked, both), namings)).toEqual(["C01GENERAL", "@U02BOB", "@U03CAROL"]);
});

test("where there is no channel at all, nothing is posted into one", () => {
  const policy = { people: ["U02BOB"], channel: "", fourEyes: "when_possible" as const };
  const both = { routing: { channels: ["#gone"] } };
  expect(keysOf(aRequest({ policy }, both), [namedAt(NOON, "U02BOB")])).toEqual(["@U02BOB"]);
});

test("who hands it on loses the buttons, and settles with the others", () => {
  const namings = [namedAt(NOON, "U02BOB"), { ...namedAt(NOON + MINUTE, "U03CAROL"), by: "person:U02BOB" }];
  const open = placesOf(aRequest(toPeople("U03CAROL")), namings);
  expect(open).toMatchObject([
    { key: "@U02BOB", first: "– Handed on by Bob 14:01 UTC: Carol can answer", canAnswer: false },
    { key: "@U03CAROL", first: "✋ Tag billing v0.2.0?", canAnswer: true },
  ]);
  const over = { ...toPeople("U03CAROL"), state: "settled", answer: anAnswer({ by: "U03CAROL" }) } as const;
  for (const { first } of placesOf(aRequest(over), namings))
    expect(first).toBe("✓ Approved by Carol 14:32 UTC");
});

test("who is named in a channel is called there; the channel's card stays", () => {
  const named = { ...toPeople("U03CAROL") };
  const namings = [namedAt(NOON), { ...namedAt(NOON + MINUTE, "U03CAROL"), by: "person:U01ALICE" }];
  expect(placesOf(aRequest(named), namings)).toMatchObject([
    { key: "C01GENERAL", first: "✋ @Carol, Tag billing v0.2.0?", canAnswer: true },
    { key: "@U03CAROL", channelId: "@U03CAROL", canAnswer: true },
  ]);
});

test("half-way everybody who can answer is reminded where they were asked: a new message, without buttons of its own", () => {
  const remindedAt = NOON + 60 * MINUTE;
  const inChannels = placesOf(aRequest({ ...toChannels, remindedAt } as Partial<Consultation>), [
    namedAt(NOON),
  ]);
  expect(inChannels.map(({ key, channelId }) => [key, channelId])).toEqual([
    ...[
      ["C1", "C1"],
      ["C2", "C2"],
    ],
    ...[
      ["C1:reminder", "C1"],
      ["C2:reminder", "C2"],
    ],
  ]);
  expect(inChannels[2]).toMatchObject({
    first: "✋ Nobody has answered: Tag billing v0.2.0?",
    canAnswer: false,
  });
});

test("who is named after the reminder has just been asked, and is not reminded", () => {
  const remindedAt = NOON + 60 * MINUTE;
  const before = [namedAt(NOON, "U02BOB")];
  expect(keysOf(aRequest({ ...toPeople("U02BOB"), remindedAt }), before)).toEqual([
    "@U02BOB",
    "@U02BOB:reminder",
  ]);
  const after = [...before, { ...namedAt(remindedAt + MINUTE, "U03CAROL"), by: "person:U02BOB" }];
  const handed = placesOf(aRequest({ ...toPeople("U03CAROL"), remindedAt }), after);
  expect(handed.map(({ key }) => key)).toEqual(["@U02BOB", "@U03CAROL", "@U02BOB:reminder"]);
  expect(handed[2]?.first).toBe("– Handed on by Bob 15:01 UTC: Carol can answer");
});
