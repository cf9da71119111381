import { describe, expect, test } from "vitest";
import { link } from "#bot/slack/blocks/elements.ts";
import {
  type ActionName,
  actionId,
  actionPattern,
  readMetadata,
  readValue,
  VALUES,
  writeMetadata,
  writeValue,
} from "#bot/slack/blocks/names.ts";
import { QUESTION_ID, RUN_ID } from "#test/support/card-states.ts";

const NAMES = Object.keys(VALUES) as ActionName[];

describe("what a button says when it is pressed", () => {
  test("comes back as it was written", () => {
    expect(readValue("step.skip", writeValue("step.skip", { run: RUN_ID, key: "test" }))).toEqual({
      run: RUN_ID,
      key: "test",
    });
    expect(
      readValue("question.approve", writeValue("question.approve", { consultation: QUESTION_ID })),
    ).toEqual({ consultation: QUESTION_ID, alone: false });
  });

  test.each([undefined, "", "{", "null", "[]", '{"run":"x"}', `{"run":"${RUN_ID}","more":1}`])(
    "%j is refused with a sentence",
    (value) => {
      expect(() => readValue("goal.stop", value)).toThrow("Use the newest card");
    },
  );

  test("a link says nothing, and its listener understands that", () => {
    expect(readValue("link.open", link("Open thread", "https://example.com")?.value)).toEqual({});
  });

  test("an option's value fits where Slack takes 150 characters", () => {
    expect(
      writeValue("question.more", { consultation: QUESTION_ID, choice: "note" }).length,
    ).toBeLessThanOrEqual(75);
  });

  test("each id is caught by its own listener and by no other", () => {
    for (const name of NAMES)
      for (const id of [actionId(name), actionId(name, 3), actionId(name, "2-7")])
        expect(NAMES.filter((other) => actionPattern(other).test(id))).toEqual([name]);
  });
});

describe("what a form was opened for", () => {
  test("comes back as it was written", () => {
    const written = writeMetadata("question.note", { consultation: QUESTION_ID, decision: "reject" });
    expect(readMetadata("question.note", written)).toEqual({
      consultation: QUESTION_ID,
      decision: "reject",
      alone: false,
    });
  });

  test("is refused where it is not ours", () => {
    expect(() => readMetadata("goal.rework", "{}")).toThrow("Open it again");
  });
});
