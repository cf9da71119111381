import { describe, expect, test } from "vitest";
import { showMarkdown } from "#integrations/local-slack/page/text/markdown.ts";
import { mrkdwn } from "#integrations/local-slack/page/text/mrkdwn.ts";
import type { Reader } from "#integrations/local-slack/page/text/reader.ts";
import { showText } from "#integrations/local-slack/page/text/text-object.ts";
import { READER } from "#test/support/page-reader.ts";

const drawn = async (text: string, reader: Reader = READER) => String(await mrkdwn(text, reader));

describe("mrkdwn", () => {
  test.each([
    ["*bold*", "<b>bold</b>"],
    ["_slanted_", "<i>slanted</i>"],
    ["~gone~", "<s>gone</s>"],
    ["*_both_*", "<b><i>both</i></b>"],
    ["`a *b* <c>`", "<code>a *b* &lt;c&gt;</code>"],
    ["one\ntwo", "one<br>two"],
    ["a &lt; b &amp; c", "a &lt; b &amp; c"],
    ["&amp;lt;", "&amp;lt;"],
    [":tada: :nobody_knows:", '<span class="emoji" title=":tada:">🎉</span> :nobody_knows:'],
    ["<@U02BOB>", '<span class="mention">@Bob</span>'],
    ["<@U01ALICE>", '<span class="mention me">@Alice</span>'],
    ["<@U99NOBODY|zoe>", '<span class="mention">@zoe</span>'],
    ["<!subteam^S01LEADS>", '<span class="mention">@leads</span>'],
    ["<!here>", '<span class="mention me">@here</span>'],
    [
      "<https://example.com/?a=1&amp;b=2|the page>",
      '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">the page</a>',
    ],
    [
      "see https://example.com/x_y_z.",
      'see <a href="https://example.com/x_y_z" target="_blank" rel="noopener noreferrer">https://example.com/x_y_z</a>.',
    ],
  ])("%s", async (text, expected) => {
    expect(await drawn(text)).toBe(`<span class="words">${expected}</span>`);
  });

  test.each(["snake_case_name", "2*3*4", "* not bold *", "a ~ b ~ c", "5 < 6", ":", "***"])(
    "%s stays as it is",
    async (text) => {
      expect(await drawn(text)).toBe(`<span class="words">${text.replace("<", "&lt;")}</span>`);
    },
  );

  test("a channel the reader knows is a link, another is a name", async () => {
    expect(await drawn("<#C02DEPLOYS>")).toContain('href="?as=U01ALICE&amp;in=C02DEPLOYS">#deploys</a>');
    expect(await drawn("<#C99SECRET|secret>")).toContain('<span class="mention">#secret</span>');
  });

  test("quotes, lists and fences are blocks of their own", async () => {
    const shown = await drawn("first\n&gt; quoted\n&gt; more\n• one\n• two\n```\nif (a < b) *x*\n```\nlast");
    expect(shown).toBe(
      '<span class="words">first</span><blockquote>quoted<br>more</blockquote><ul><li>one</li><li>two</li></ul>' +
        "<pre><code>if (a &lt; b) *x*</code></pre>" +
        '<span class="words">last</span>',
    );
  });

  test("a date is shown in the reader's zone, in the format asked for", async () => {
    const berlin = { ...READER, timeZone: "Europe/Berlin" };
    expect(await drawn("<!date^1763712000^{date_num} {time}^x|never>", berlin)).toContain(
      ">2025-11-21 09:00</time>",
    );
    const tokyo = { ...READER, timeZone: "Asia/Tokyo" };
    expect(await drawn("<!date^1763712000^at {time_secs}|never>", tokyo)).toContain(">at 17:00:00</time>");
    expect(await drawn("<!date^1763712000^{date_pretty}|never>", berlin)).toContain(">Today</time>");
    expect(await drawn("<!date^soon^{time}|the fallback>", berlin)).toBe(
      '<span class="words">the fallback</span>',
    );
  });

  test.each([
    ["<script>alert(1)</script>", /<script/],
    ["<javascript:alert(1)|click>", /href/],
    ["<data:text/html,x|click>", /href/],
    ['<https://e.com/"onmouseover="alert(1)|x>', /"onmouseover/],
    ['<@U1|"><img src=x onerror=alert(1)>', /<img/],
    ["*<script>*", /<script/],
    ["`</code><script>`", /<script/],
    ["```</pre><script>```", /<script/],
    ["<!date^1^<b onclick=x>|<script>>", /<script|<b /],
  ])("%s stays harmless", async (text, harm) => {
    expect(await drawn(text)).not.toMatch(harm);
  });

  test("ten thousand opened marks are drawn without stalling", async () => {
    const text = "*a _b ~c `d <e ".repeat(2000);
    expect((await drawn(text)).length).toBeGreaterThan(text.length);
  });
});

test("plain text is never parsed", async () => {
  const shown = String(await showText({ type: "plain_text", text: "*no* <@U02BOB> :tada: <b>" }, READER));
  expect(shown).toBe("*no* &lt;@U02BOB&gt; :tada: &lt;b&gt;");
  const withEmoji = String(await showText({ type: "plain_text", text: ":tada: *no*", emoji: true }, READER));
  expect(withEmoji).toBe("🎉 *no*");
});

describe("markdown", () => {
  test("headings, lists, tables, quotes and code", async () => {
    const shown = String(
      await showMarkdown(
        "# Title\n\n- [x] done\n- two\n\n1. first\n\n> said\n\n|a|b|\n|-|-|\n|1|2|\n\n```js\n<b>\n```\nend",
      ),
    );
    expect(shown).toContain('<p class="heading">Title</p>');
    expect(shown).toContain("<ul><li>☑ done</li><li>two</li></ul>");
    expect(shown).toContain("<ol><li>first</li></ol>");
    expect(shown).toContain("<blockquote>said</blockquote>");
    expect(shown).toMatch(/<th scope="col">a<\/th>.*<td>1<\/td><td>2<\/td>/s);
    expect(shown).toContain("<pre><code>&lt;b&gt;</code></pre>");
    expect(shown).toContain('<p class="words">end</p>');
  });

  test("marks inside lines", async () => {
    const shown = String(
      await showMarkdown("**b** *i* _i_ ~~s~~ `<c>` [page](https://e.com/a) \\*plain\\* snake_case_x"),
    );
    expect(shown).toBe(
      '<p class="words"><b>b</b> <i>i</i> <i>i</i> <s>s</s> <code>&lt;c&gt;</code> ' +
        '<a href="https://e.com/a" target="_blank" rel="noopener noreferrer">page</a> *plain* snake_case_x</p>',
    );
  });

  test.each([
    "<script>x</script>",
    "[x](javascript:alert(1))",
    '[x](https://e.com/"onmouseover="y)',
    "![x](data:text/html,y)",
  ])("%s stays harmless", async (text) => {
    expect(String(await showMarkdown(text))).not.toMatch(/<script|href="(?:javascript|data)|"onmouseover/);
  });
});
