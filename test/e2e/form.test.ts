import { describe, expect, test, vi } from "vitest";
import type { Room } from "#test/support/e2e/room.ts";
import { ALICE, BOB, CAROL } from "#test/support/e2e/room.ts";
import { useStage } from "#test/support/e2e/stage.ts";
import { testDatabase } from "#test/support/postgres.ts";

vi.setConfig({ testTimeout: 150_000 });

/** The form that `/goal` alone opens for somebody. */
async function opened(slack: Room, user: string) {
  expect(await slack.types(user, "/goal")).toBeNull();
  const form = await slack.form(user);
  if (!form) throw new Error("No form was opened.");
  return form;
}

describe.each(["http", "socket"] as const)("the form of a goal, over %s", async (via) => {
  const stage = useStage(await testDatabase(), via);
  const count = async (channel: string) =>
    (await stage().sql`select from goals where channel_id = ${channel}`).length;

  test("says by its fields what is wrong with them, and starts nothing", async () => {
    const slack = await stage().room("fields", { project: { testCommand: null } });
    const form = await opened(slack, ALICE);
    const errors = (filled: Parameters<Room["sends"]>[2]) => slack.sends(ALICE, form, filled);
    expect(await errors({})).toEqual({ goal: expect.stringContaining("required") });
    expect(await errors({ goal: "   " })).toEqual({ goal: "Say what should be done." });
    expect(await errors({ goal: "x".repeat(3_001) })).toEqual({ goal: expect.any(String) });
    const many = Array.from({ length: 51 }, (_, i) => `r${i}`).join("\n");
    expect(await errors({ goal: "Tidy up", requirements: many })).toEqual({
      requirements: "At most 50 requirements.",
    });
    expect(await errors({ goal: "Tidy up", requirements: "y".repeat(1_001) })).toEqual({
      requirements: "A requirement has at most 1000 characters.",
    });
    expect(await errors({ goal: "Tidy up", requirements: null, tests: ["must pass"] })).toMatchObject({
      tests: expect.stringContaining("needs a test command, and fields has none"),
    });
    expect(await errors({ tests: [], reviewers: ["UCSIGN01"] })).toMatchObject({
      reviewers: expect.stringMatching(/can't answer|only full members/),
    });
    expect(await errors({ reviewers: [BOB, CAROL, "U04DAVE", ALICE, "UCSIGN01", "U99"] })).toMatchObject({
      reviewers: expect.any(String),
    });
    expect(await count(slack.channel)).toBe(0);
  });

  test("starts what is filled in, with its requirements, time and reviewers", async () => {
    const slack = await stage().room("filled");
    const form = await opened(slack, ALICE);
    const sent = await slack.sends(ALICE, form, {
      goal: "Add a health check",
      requirements: "Answers within 1 s\n\n  No new dependency ",
      max_time: "14400000",
      reviewers: [CAROL],
    });
    expect(sent).toBeNull();
    await slack.card(/^Add a health check\nRehearsal · /);
    const [run] = await stage().sql<{ brief: unknown }[]>`
      select brief from runs where brief->>'channel' = ${slack.channel}`;
    expect(run?.brief).toMatchObject({
      requirements: ["Answers within 1 s", "No new dependency"],
      ...{ maxTimeMs: 14_400_000, reviewers: [CAROL], projectName: "filled", requestedBy: ALICE },
    });
    expect(await slack.form(ALICE)).toBeUndefined();
  });
});
