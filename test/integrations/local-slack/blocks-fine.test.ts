import { describe, expect, test } from "vitest";
import { checkBlocks } from "#integrations/local-slack/blocks/check.ts";
import { checkView } from "#integrations/local-slack/blocks/check-view.ts";
import {
  actions,
  button,
  cell,
  mrkdwn,
  plain,
  rich,
  section,
  task,
  times,
  x,
} from "#test/support/block-kit.ts";

const ACCEPTED: [what: string, block: unknown][] = [
  ["a section of 3000 characters", section(x(3000))],
  [
    "a section with a menu of several beside it",
    { ...section("x"), accessory: { type: "multi_users_select", action_id: "m" } },
  ],
  ["25 buttons", actions(...times(25, (i) => button({ action_id: `a${i}` })))],
  [
    "a button with everything",
    actions(
      button({
        value: "v",
        url: "https://example.com",
        style: "danger",
        confirm: {
          title: plain("t"),
          text: mrkdwn("x"),
          confirm: plain("y"),
          deny: plain("n"),
          style: "danger",
        },
      }),
    ),
  ],
  [
    "a plan with tasks",
    {
      type: "plan",
      title: "P",
      tasks: [
        task({
          task_id: "1",
          details: rich("d"),
          output: rich("o"),
          sources: [{ type: "url", url: "https://example.com", text: "s" }],
        }),
      ],
    },
  ],
  [
    "a folded container",
    {
      type: "container",
      title: plain("Diff"),
      is_collapsible: true,
      default_collapsed: true,
      child_blocks: [section("x"), rich("y")],
    },
  ],
  [
    "an input in a message",
    { type: "input", label: plain("x"), element: { type: "plain_text_input", action_id: "p" } },
  ],
  ["a table", { type: "table", rows: [[cell("a"), rich("b"), { type: "raw_number", value: 1, text: "1" }]] }],
  ["a data table", { type: "data_table", caption: "c", rows: [[cell("a")]], page_size: 5 }],
  ["a carousel", { type: "carousel", elements: [{ type: "card", title: mrkdwn("x"), actions: [button()] }] }],
  [
    "feedback",
    {
      type: "context_actions",
      elements: [
        {
          type: "feedback_buttons",
          action_id: "f",
          positive_button: { text: plain("+"), value: "+" },
          negative_button: { text: plain("-"), value: "-" },
        },
      ],
    },
  ],
];

test.each(ACCEPTED)("a message may hold %s", (_, block) => {
  expect(checkBlocks([block], "message")).toEqual([]);
});

const modal = (more: object = {}) => ({ type: "modal", title: plain("A title"), blocks: [], ...more });
const input = { type: "input", label: plain("x"), element: { type: "plain_text_input", action_id: "p" } };

describe("a view", () => {
  test.each([
    ["a title of 25", modal({ title: plain(x(25)) }), "/view/title/text"],
    ["no title", { type: "modal", blocks: [] }, "/view"],
    ["a submit of 25", modal({ submit: plain(x(25)) }), "/view/submit/text"],
    ["a close in markup", modal({ close: mrkdwn("x") }), "/view/close/type"],
    ["metadata of 3001", modal({ private_metadata: x(3001) }), "/view/private_metadata"],
    ["a callback_id of 256", modal({ callback_id: x(256) }), "/view/callback_id"],
    ["101 blocks", modal({ blocks: times(101, () => ({ type: "divider" })) }), "/view/blocks"],
    ["a field but no submit", modal({ blocks: [input] }), "/view"],
    ["a plan", modal({ blocks: [{ type: "plan", title: "P" }] }), "/view/blocks/0/type"],
    ["an unknown type", { type: "page", blocks: [] }, "/view/type"],
    ["a title on Home", { type: "home", title: plain("x"), blocks: [] }, "/view"],
    [
      "an alert on Home",
      { type: "home", blocks: [{ type: "alert", text: plain("x") }] },
      "/view/blocks/0/type",
    ],
  ])("is refused with %s", (_, view, pointer) => {
    expect(checkView(view).flaws.map((flaw) => flaw.pointer)).toContain(pointer);
  });

  test.each([
    [
      "a modal with a field and an alert",
      modal({ submit: plain("Go"), blocks: [input, { type: "alert", text: mrkdwn("x"), level: "warning" }] }),
    ],
    ["a modal of 100 blocks", modal({ blocks: times(100, () => ({ type: "divider" })) })],
    [
      "a Home with a container",
      { type: "home", blocks: [{ type: "container", child_blocks: [section("x")] }] },
    ],
  ])("may be %s", (_, view) => {
    expect(checkView(view).flaws).toEqual([]);
  });
});
