import { describe, expect, test } from "vitest";
import { bare, clean, inert, inertLines } from "#bot/slack/blocks/text.ts";

const people = (id: string): string => ({ U02BOB: "Bob" })[id] ?? id;

describe("text from outside is harmless in a card", () => {
  test.each([
    ["<!channel> look", "&lt;!channel&gt; look"],
    ["<!here|here>", "&lt;!here|here&gt;"],
    ["<!subteam^S01LEADS>", "&lt;!subteam^S01LEADS&gt;"],
    ["ask <@U02BOB>", "ask Bob"],
    ["ask <@U02BOB|admin>", "ask Bob"],
    ["<https://evil.example|https://good.example>", "&lt;https://evil.example|https://good.example&gt;"],
    ["*Approve*", "∗Approve∗"],
    ["_really_ last_seen ~gone~", "ˍreallyˍ last_seen ∼gone∼"],
    ["</section><b>", "&lt;/section&gt;&lt;b&gt;"],
    ["a & b &lt;!channel&gt;", "a &amp; b &amp;lt;!channel&amp;gt;"],
    ["✓ Approved by Bob", "Approved by Bob"],
    [":white_check_mark: Approved", "Approved"],
    ["> ✋ @everyone", "@everyone"],
    ["safe\u202eelif.exe", "safeelif.exe"],
    ["pay\u200bpal\ufeff \u2066x\u2069", "paypal x"],
    ["bell\u0007 null\u0000 esc\u001b[31mred", "bell null esc[31mred"],
    ["add a column to `services`?", "add a column to `services`?"],
    ["`a*b` and `<!channel>`", "`a∗b` and `&lt;!channel&gt;`"],
    ["an odd ` tick", "an odd ' tick"],
    ["```\n*x*\n```", "'''∗x∗'''"],
    ["one\n\n*Two*\r\nthree\u2028four", "one ∗Two∗ three four"],
  ])("%j becomes %j", (given, expected) => {
    expect(inert(given, 500, people)).toBe(expected.replace("'''∗x∗'''", "''' ∗x∗ '''"));
  });

  test("an emoji made of several characters stays whole", () => {
    expect(inert("team 👩‍💻 ships", 100)).toBe("team 👩‍💻 ships");
  });

  test("half a character is never left over", () => {
    for (let most = 1; most < 30; most++) {
      const cut = inert("😀&😀<b>😀`x`😀", most);
      expect(cut.isWellFormed(), `at ${most}`).toBe(true);
      expect(cut.length).toBeLessThanOrEqual(most);
      expect(cut).not.toMatch(/&(?!(?:amp|lt|gt);)/);
    }
  });

  test("a lone half of a character is replaced", () => {
    expect(bare("a\ud83d b", 10).isWellFormed()).toBe(true);
  });

  test("a hundred kilobytes are cut and say so", () => {
    const cut = inert("<!channel> ".repeat(10_000), 300);
    expect(cut.length).toBeLessThanOrEqual(300);
    expect(cut).toMatch(/…$/);
  });

  test("what fits exactly is not cut", () => {
    expect(bare("12345", 5)).toBe("12345");
    expect(bare("123456", 5)).toBe("1234…");
  });

  test("lines stay lines where they are wanted, each harmless", () => {
    expect(inertLines("✓ Done\n\n*x*\n<!here>\nfour", 3, 50)).toEqual(["Done", "∗x∗", "&lt;!here&gt;"]);
  });

  test("code keeps its lines and loses what cannot be seen", () => {
    expect(clean("a\r\n\tb\u202e\u0008c")).toBe("a\n  bc");
  });
});
