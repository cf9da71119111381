import { describe, expect, test } from "vitest";
import {
  type Adf,
  bulletList,
  codeBlock,
  doc,
  heading,
  oneLine,
  orderedList,
  panel,
  paragraph,
  paragraphs,
  strong,
  table,
} from "#integrations/jira/adf.ts";
import { textOf, wrongDocument } from "#test/support/atlassian/adf.ts";

const MOST = 32_767;
const kindsOf = (value: unknown): string[] => {
  const { type, content = [] } = value as { type: string; content?: unknown[] };
  return [type, ...content.flatMap(kindsOf)];
};
const fits = (made: Adf) => {
  expect(wrongDocument(made)).toBeUndefined();
  expect(JSON.stringify(made).length).toBeLessThanOrEqual(MOST);
};

const HOSTILE = [
  "{code}rm -rf /{code} h1. Big [click|https://evil.example] !image.png!",
  "@channel @alice [~accountid:5b10a:alice] <@U1> :boom:",
  "</ac:structured-macro> <script>alert(1)</script> &lt; $[jndi:ldap://x]",
  "مرحبا \u202eevil\u202c שלום \u2066x\u2069",
  "👩‍👩‍👧‍👦 🏳️‍🌈 नमस्ते می‌خواهم",
  "nul \u0000 bell \u0007 esc \u001b[31m half \ud83d pair \udc00 \ufeff\u200b",
  "a\r\nb\rc\u2028d\u2029e\vf\tg",
  "",
  " \n\n ",
  "x".repeat(100_000),
  "line\n".repeat(20_000),
  "😀".repeat(30_000),
  '"\\"'.repeat(20_000),
];

describe("A document for Jira", () => {
  test.each(HOSTILE)("holds any text as text, wherever it stands: %.30j", (text) => {
    const blocks = [
      heading(2, text),
      paragraph(strong("Dana: "), text),
      ...paragraphs(text).slice(0, 50),
      bulletList([text, paragraphs(text).slice(0, 5)]),
      orderedList([text]),
      codeBlock(text, "diff"),
      panel("info", [paragraph(text)]),
      table(["Step", "By"], [[text, [paragraph(text), codeBlock(text)]], [text]]),
    ];
    for (const block of blocks) fits(doc([block]));
    const made = doc(blocks);
    fits(made);
    const allowed = [
      "doc",
      "heading",
      "paragraph",
      "text",
      "hardBreak",
      "bulletList",
      "orderedList",
      "listItem",
    ];
    expect([...new Set(kindsOf(made))]).toEqual(
      expect.not.arrayContaining(["mention", "emoji", "inlineCard", "extension", "date", "status"]),
    );
    expect(kindsOf(doc([paragraph(text), bulletList([text])])).every((kind) => allowed.includes(kind))).toBe(
      true,
    );
    expect(JSON.stringify(made)).not.toMatch(/\\u(?:00[01]|d[89a-f]|202[a-e]|206[6-9])/i);
    expect(textOf(made)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/u);
  });

  test("keeps what people write: lines, letters that join, wiki markup as it stands", () => {
    expect(paragraph("a\r\nb").content).toEqual([
      { type: "text", text: "a" },
      { type: "hardBreak" },
      { type: "text", text: "b" },
    ]);
    expect(paragraphs("one\nmore\n \ntwo\n").map((block) => textOf(block))).toEqual(["onemore", "two"]);
    expect(textOf(doc([codeBlock("  {code}\n\tx\n")]))).toContain("  {code}\n\tx\n");
    expect(textOf(paragraph("می‌خواهم 👩‍👧"))).toBe("می‌خواهم 👩‍👧");
    expect(oneLine(" a\n b\t\u0000c ", 9)).toBe("a b c");
    expect(oneLine("😀😀😀", 4)).toHaveLength(4);
  });

  test("is valid with nothing in it", () => {
    for (const block of [bulletList([]), panel("note", []), table(["A"], []), paragraph(""), codeBlock("")])
      fits(doc([block]));
    fits(doc([]));
    fits(doc([bulletList([[]]), table(["A", "B"], [[[]]])]));
  });

  test("cuts the longest texts first and says how much: everything is there in part", () => {
    const made = doc([paragraph("first"), paragraph("x".repeat(100_000)), paragraph("last")]);
    fits(made);
    const [, long] = made.content.map((block) => textOf(block));
    expect(textOf(made.content.at(-1))).toBe("last");
    expect(long).toMatch(/^x{30000,}… \(cut: \d+ more characters\)$/);
    const [, missing = ""] = /cut: (\d+)/.exec(long ?? "") ?? [];
    expect((long ?? "").replace(/….*/, "").length + Number(missing)).toBe(100_000);
  });

  test("never cuts a character in two", () => {
    const made = doc([paragraph("😀".repeat(40_000))]);
    expect(textOf(made)).toMatch(/^(?:😀)+… \(cut: \d+ more characters\)$/u);
  });

  test.each([
    ["lines", [paragraph("line\n".repeat(20_000))]],
    ["paragraphs", Array.from({ length: 9_000 }, (_, at) => paragraph(`Paragraph ${at}`))],
    ["items", [bulletList(Array.from({ length: 9_000 }, (_, at) => `Item ${at}`))]],
    [
      "rows",
      [
        table(
          ["A", "B"],
          Array.from({ length: 9_000 }, (_, at) => [`Row ${at}`, "x"]),
        ),
      ],
    ],
  ])("drops the end where there are too many %s, and says so", (_, blocks) => {
    const made = doc(blocks);
    fits(made);
    expect(JSON.stringify(made).length).toBeGreaterThan(MOST - 1_000);
    expect(textOf(made.content.at(-1))).toBe("… (cut: the rest is in Slack)");
  });
});
