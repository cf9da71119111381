import { expect, test } from "vitest";
import { refusedBlocks, toForms } from "#bot/slack/sending/forms.ts";
import { checkBlocks } from "#integrations/local-slack/blocks/check.ts";

const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });

test("blocks come first, then plain ones, then the text itself", () => {
  const desired = { text: "Say it", blocks: [section("a")], plainBlocks: [section("b")] };
  expect(toForms(desired, false)).toEqual([
    { text: "Say it", blocks: [section("a")], plain: false },
    { text: "Say it", blocks: [section("b")], plain: true },
    { text: "Say it", blocks: [section("Say it")], plain: true },
  ]);
  expect(toForms(desired, true).map(({ blocks }) => blocks)).toEqual([[section("b")], [section("Say it")]]);
});

test("whoever must be mentioned is mentioned in every form, once", () => {
  const desired = { text: "x", blocks: [section("<@U1> please")], mentions: ["U1", "U2"] };
  const [first, last] = toForms(desired, false);
  expect(JSON.stringify(first?.blocks).match(/<@U\d>/g)).toEqual(["<@U1>", "<@U2>"]);
  expect(JSON.stringify(last?.blocks).match(/<@U\d>/g)).toEqual(["<@U1>", "<@U2>"]);
});

test.each(["", "x".repeat(50_000), "😀".repeat(9_000)])(
  "a text of any length becomes sections that Slack takes",
  (text) => {
    const form = toForms({ text, blocks: [] }, false).at(-1);
    expect(checkBlocks(form?.blocks, "message")).toEqual([]);
    expect(form?.text.length).toBeLessThanOrEqual(4_000);
    expect(JSON.stringify(form)).not.toMatch(/\\ud[89a-f]/);
  },
);

test("a row that holds something else has no form", () => {
  expect(toForms({ blocks: "none" }, false)).toEqual([]);
});

test("the refused blocks are those that Slack points at, or all of them", () => {
  const blocks = ["a", "b", "c"];
  expect(refusedBlocks(["[ERROR] too long [json-pointer:/blocks/1/text/text]"], blocks)).toEqual(["b"]);
  expect(refusedBlocks(["something is wrong"], blocks)).toEqual(blocks);
});
