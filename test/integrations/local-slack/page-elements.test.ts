import { describe, expect, test } from "vitest";
import { actions, drawn } from "#test/support/drawn.ts";
import { marks, words } from "#test/support/sample-card.ts";

const option = (value: string) => ({ text: words(`the ${value}`), value });
const input = (element: object, more: object = {}) => ({
  type: "input",
  block_id: "b",
  label: words("Label"),
  element,
  ...more,
});

describe("elements that are used", () => {
  test("a button has its style, and its confirmation right after it", async () => {
    const shown = await drawn(
      actions({
        type: "button",
        action_id: "tag",
        style: "danger",
        value: "v1",
        text: words("Tag <it>"),
        confirm: {
          title: words("Sure?"),
          text: marks("*really*"),
          confirm: words("Do it"),
          deny: words("No"),
          style: "danger",
        },
      }),
    );
    expect(shown).toMatch(
      /<button type="button" class="button danger" aria-label="Tag &lt;it&gt;" data-press data-action="tag" data-block="b" data-value="v1">Tag &lt;it&gt;<\/button><dialog class="confirm" data-confirm/,
    );
    expect(shown).toContain("<b>really</b>");
    expect(shown).toMatch(/data-answer="no">No<.*class="button danger" data-answer="yes">Do it</s);
  });

  test("a button with an address is a link beside the page, unless the address is dangerous", async () => {
    const button = { type: "button", action_id: "open", text: words("Open") };
    expect(await drawn(actions({ ...button, url: "https://example.com" }))).toMatch(
      /<a class="button" href="https:\/\/example\.com" target="_blank" rel="noopener noreferrer"/,
    );
    const hostile = await drawn(actions({ ...button, url: "javascript:alert(1)" }));
    expect(hostile).not.toContain("javascript:");
    expect(hostile).toContain("<button");
  });

  test.each([
    [
      { type: "overflow", action_id: "a", options: [option("x")] },
      /<button type="button" data-press data-action="a" data-block="b" data-value="x">/,
    ],
    [
      { type: "static_select", action_id: "a", options: [option("x")], initial_option: option("x") },
      /<option value="x" selected>the x</,
    ],
    [
      {
        type: "static_select",
        action_id: "a",
        option_groups: [{ label: words("G"), options: [option("x")] }],
      },
      /<optgroup label="G">/,
    ],
    [
      { type: "users_select", action_id: "a", initial_user: "U02BOB" },
      /<option value="U02BOB" selected>Bob</,
    ],
    [
      { type: "multi_users_select", action_id: "a", max_selected_items: 2, initial_users: ["U03CAROL"] },
      /data-most="2".*data-hint="Choose…">Carol<.*value="U03CAROL" data-words="Carol" checked/s,
    ],
    [
      { type: "multi_static_select", action_id: "a", options: [option("x")] },
      /type="checkbox" value="x" data-words="the x"/,
    ],
    [{ type: "channels_select", action_id: "a" }, /<option value="C02DEPLOYS" >#deploys</],
    [
      { type: "radio_buttons", action_id: "a", options: [option("x")], initial_option: option("x") },
      /type="radio" name="t-b-a" value="x" checked/,
    ],
    [
      { type: "checkboxes", action_id: "a", options: [{ ...option("x"), description: words("more") }] },
      /type="checkbox" name="t-b-a" value="x".*<small>more/s,
    ],
    [{ type: "datepicker", action_id: "a", initial_date: "2026-11-21" }, /type="date" value="2026-11-21"/],
    [{ type: "timepicker", action_id: "a", initial_time: "14:00" }, /type="time" value="14:00"/],
    [
      { type: "datetimepicker", action_id: "a", initial_date_time: 1763712000 },
      /type="datetime-local" data-moment="1763712000"/,
    ],
    [{ type: "external_select", action_id: "a" }, /class="unsupported"/],
  ])("%j", async (element, expected) => {
    const shown = await drawn(actions(element));
    expect(shown).toMatch(expected);
    if (shown.includes("data-control")) expect(shown).toContain("data-tells");
  });

  test.each([
    [
      { type: "plain_text_input", action_id: "a", initial_value: 'x"y', max_length: 9 },
      /<input type="text"\s+maxlength="9"[^>]*value="x&quot;y"/,
    ],
    [
      { type: "plain_text_input", action_id: "a", multiline: true, initial_value: "\n</textarea><b>" },
      /<textarea[^>]*>\n\n&lt;\/textarea&gt;&lt;b&gt;<\/textarea>/,
    ],
    [
      { type: "number_input", action_id: "a", is_decimal_allowed: false, min_value: "1" },
      /type="number" min="1"\s+step="1"/,
    ],
    [
      { type: "email_text_input", action_id: "a", placeholder: words("you@") },
      /type="email"\s+placeholder="you@"/,
    ],
    [{ type: "url_text_input", action_id: "a", focus_on_load: true }, /type="url"[^>]*autofocus/],
    [
      {
        type: "rich_text_input",
        action_id: "a",
        initial_value: {
          type: "rich_text",
          elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "first <b>" }] }],
        },
      },
      /<textarea[^>]*>\nfirst &lt;b&gt;<\/textarea>/,
    ],
    [{ type: "file_input", action_id: "a" }, /Unsupported element: file_input/],
  ])("%j in a form", async (element, expected) => {
    const shown = await drawn(input(element));
    expect(shown).toMatch(expected);
    expect(shown).not.toContain("data-tells");
  });

  test("an input has its label, its hint, and a place for the fault that belongs to it", async () => {
    const shown = await drawn(
      input({ type: "plain_text_input", action_id: "a" }, { hint: words("Short"), optional: true }),
    );
    expect(shown).toMatch(/Label <span class="quiet">\(optional\)/);
    expect(shown).toContain("Short");
    expect(shown).toContain('<p class="fault" role="alert" data-keep data-fault="b"></p>');
  });

  test("an input that dispatches tells the app at once", async () => {
    expect(
      await drawn(input({ type: "plain_text_input", action_id: "a" }, { dispatch_action: true })),
    ).toContain("data-tells");
  });
});
