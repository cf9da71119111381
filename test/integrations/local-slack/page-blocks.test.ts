import { describe, expect, test } from "vitest";
import { actions, drawn } from "#test/support/drawn.ts";
import { marks, words } from "#test/support/sample-card.ts";
import { SAMPLE_CARDS } from "#test/support/sample-cards.ts";

const rich = (text: string) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
});

describe("blocks that only show", () => {
  test("a section has text, fields and what stands beside it", async () => {
    const shown = await drawn({
      type: "section",
      block_id: "s",
      text: marks("*Hello*"),
      fields: [marks("one"), words("*two*")],
      accessory: { type: "button", action_id: "go", text: words("Go"), value: "v" },
    });
    expect(shown).toContain("<b>Hello</b>");
    expect(shown).toContain("*two*");
    expect(shown).toMatch(/class="beside"><button[^>]*data-action="go" data-block="s" data-value="v"/);
  });

  test.each([
    [{ type: "header", text: words("A <title>") }, "<h3>A &lt;title&gt;</h3>"],
    [{ type: "divider" }, "<hr>"],
    [{ type: "context", elements: [marks("_quiet_")] }, "<i>quiet</i>"],
    [rich("plain *words*"), "plain *words*"],
    [{ type: "markdown", text: "**strong**" }, "<b>strong</b>"],
    [
      { type: "table", rows: [[{ type: "raw_text", text: "h" }], [{ type: "raw_text", text: "c" }]] },
      ">c</td>",
    ],
    [
      { type: "data_table", caption: "Cap", rows: [[{ type: "raw_text", text: "h" }]] },
      "<caption>Cap</caption>",
    ],
    [{ type: "file", source: "remote", external_id: "F1" }, "File F1"],
    [{ type: "alert", level: "warning", text: words("Careful") }, "Warning: "],
    [{ type: "card", title: marks("*T*"), body: marks("words") }, '<div class="card-title">'],
    [{ type: "carousel", elements: [{ type: "card", body: marks("one") }] }, 'aria-label="1 cards"'],
  ])("%j", async (block, expected) => {
    expect(await drawn(block)).toContain(expected);
  });

  test("a picture from outside is words and a link, one that came along is shown", async () => {
    const outside = await drawn({
      type: "image",
      alt_text: "A cat",
      image_url: "https://example.com/cat.png",
    });
    expect(outside).not.toContain("<img");
    expect(outside).toContain("A cat");
    const inside = await drawn({ type: "image", alt_text: "Dot", image_url: "data:image/png;base64,AAAA" });
    expect(inside).toContain('<img class="picture wide" src="data:image/png;base64,AAAA" alt="Dot">');
    const hostile = await drawn({
      type: "image",
      alt_text: "x",
      image_url: "data:image/svg+xml;base64,AAAA",
    });
    expect(hostile).not.toContain("<img");
  });

  test("rich text has lists, quotes, code, styles and mentions", async () => {
    const shown = await drawn({
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [
            { type: "text", text: "loud", style: { bold: true, strike: true } },
            { type: "user", user_id: "U02BOB" },
            { type: "link", url: "javascript:alert(1)", text: "bad" },
            { type: "hologram" },
          ],
        },
        {
          type: "rich_text_list",
          style: "ordered",
          indent: 1,
          elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "first" }] }],
        },
        { type: "rich_text_quote", elements: [{ type: "text", text: "said" }] },
        { type: "rich_text_preformatted", elements: [{ type: "text", text: "a < b" }] },
      ],
    });
    expect(shown).toContain("<s><b>loud</b></s>");
    expect(shown).toContain('<span class="mention">@Bob</span>');
    expect(shown).not.toContain("javascript:");
    expect(shown).toContain("Unsupported text: hologram");
    expect(shown).toContain('<ol class="indent-1"><li>first</li></ol>');
    expect(shown).toContain("<blockquote>said</blockquote>");
    expect(shown).toContain("<pre><code>a &lt; b</code></pre>");
  });

  test("tasks tell their state in sign and word and fold the rest", async () => {
    const shown = await drawn({
      type: "plan",
      title: "The <plan>",
      tasks: [
        { type: "task_card", task_id: "1", title: "One", status: "complete", details: rich("found it") },
        { type: "task_card", task_id: "2", title: "Two", status: "pending" },
        { type: "task_card", task_id: "3", title: "Three", status: "in_progress" },
        {
          type: "task_card",
          task_id: "4",
          title: "Four",
          status: "error",
          output: rich("it broke"),
          sources: [{ type: "url", url: "https://example.com", text: "log" }],
        },
      ],
    });
    expect(shown).toContain("The &lt;plan&gt;");
    expect(shown).toContain("1 of 4 done");
    for (const [sign, word] of [
      ["✓", "done"],
      ["◌", "pending"],
      ["◐", "in progress"],
      ["✕", "error"],
    ]) {
      expect(shown).toMatch(new RegExp(`${sign}</span>.*?<span class="state">${word}</span>`));
    }
    expect(shown).toMatch(/<details class="task complete">.*found it/s);
    expect(shown).toMatch(/it broke.*https:\/\/example\.com/s);
  });

  test("a container opens and closes as it asks", async () => {
    const container = { type: "container", title: words("Diff"), child_blocks: [{ type: "divider" }] };
    expect(await drawn(container)).toContain('<section class="container">');
    expect(await drawn({ ...container, is_collapsible: true })).toMatch(
      /<details class="container" open>.*<hr>/s,
    );
    const closed = await drawn({ ...container, is_collapsible: true, default_collapsed: true });
    expect(closed).toMatch(/<details class="container" >/);
  });

  test("a block it does not know, or one in a wrong shape, says so", async () => {
    expect(await drawn({ type: "hologram" })).toContain("Unsupported block: hologram");
    expect(await drawn({ type: "video", title: words("x") })).toContain("Unsupported block: video");
    expect(await drawn({ type: "header" }, { type: "divider" })).toMatch(
      /This header block cannot be drawn.*<hr>/s,
    );
    expect(await drawn(actions({ type: "lever", action_id: "x" }))).toContain("Unsupported element: lever");
  });
});

test.each(SAMPLE_CARDS.map((card) => [card.name, card] as const))(
  "the sample card %s has nothing unsupported",
  async (_name, card) => {
    expect(await drawn(...card.blocks)).not.toContain("unsupported");
  },
);
