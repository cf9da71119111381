import { describe, expect, it } from "vitest";
import {
  bold,
  box,
  bullets,
  codeBlock,
  cut,
  heading,
  link,
  mono,
  paragraph,
  status,
  storageOf,
  table,
} from "#integrations/confluence/storage.ts";
import { keep } from "#test/support/atlassian/confluence/storage-format.ts";
import { type Child, readXhtml } from "#test/support/atlassian/confluence/xhtml.ts";

const kept = (source: string) => keep(source, () => "id");

/** The names of all elements. */
const namesIn = (children: readonly Child[]): string[] =>
  children.flatMap((child) => ("name" in child ? [child.name, ...namesIn(child.children)] : []));

/** What a reader reads. */
const textIn = (children: readonly Child[]): string =>
  children
    .map((child) => ("name" in child ? textIn(child.children) : "cdata" in child ? child.cdata : child.text))
    .join("");

const HOSTILE = [
  "</ac:structured-macro></p><script>alert(1)</script>",
  '<ac:structured-macro ac:name="html"><ac:plain-text-body><![CDATA[<b>]]></ac:plain-text-body></ac:structured-macro>',
  ']]></ac:plain-text-body></ac:structured-macro><ac:link><ri:user ri:account-id="x" /></ac:link><![CDATA[',
  "{code}rm -rf /{code} [click|http://evil.example] @alice &nbsp; &bogus; &#0;",
  "a\u0000b\u0008c\u001bd\ufffee\uffff f\ud800g \u202eevil\u202c",
  "🦊 👩🏽‍🚒 שלום עולם مرحبا",
  "<!-- --> --> <!-- \" ' onload=alert(1)",
];

describe("what is made of text", () => {
  it.each(HOSTILE)("stays text in every element: %j", (text) => {
    const blocks = [
      heading(2, text),
      paragraph(bold(text), mono(text), status(text, "Red"), link("https://example.com/?a=<b>", text)),
      bullets([text, [paragraph(text)]]),
      table([text], [[text], [codeBlock(text)], [[paragraph(text), codeBlock(text)]]]),
      box("info", text),
      codeBlock(text),
    ];
    const source = storageOf(blocks);
    expect(() => kept(source)).not.toThrow();
    const harmless = storageOf([
      heading(2, "x"),
      paragraph(bold("x"), mono("x"), status("x", "Red"), link("https://example.com/?a=<b>", "x")),
      bullets(["x", [paragraph("x")]]),
      table(["x"], [["x"], [codeBlock("x")], [[paragraph("x"), codeBlock("x")]]]),
      box("info", "x"),
      codeBlock("x"),
    ]);
    expect(namesIn(readXhtml(source))).toEqual(namesIn(readXhtml(harmless)));
  });

  it("can be read as it was, but for what XML can't hold and what turns the direction", () => {
    const [code] = readXhtml(codeBlock("a ]]> b ]]]]> c").block);
    expect(textIn([code as Child])).toBe("texta ]]> b ]]]]> c");
    expect(textIn(readXhtml(paragraph("a\u0000b\u001b[31m \u202exe\u202c שלום").block))).toBe(
      "ab[31m xe שלום",
    );
  });

  it("keeps its lines", () => {
    expect(paragraph("one\r\ntwo\u2028three").block).toBe("<p>one<br />two<br />three</p>");
  });
});

describe("a link", () => {
  it("leads to web pages by https only; other addresses leave the words alone", () => {
    expect(paragraph(link("https://acme.slack.com/archives/C1/p2?x=1&y=2", "the thread")).block).toBe(
      '<p><a href="https://acme.slack.com/archives/C1/p2?x=1&amp;y=2">the thread</a></p>',
    );
    for (const url of ["javascript:alert(1)", "http://plain.example", "data:text/html,x", "no address", ""])
      expect(paragraph(link(url, "words")).block).toBe("<p>words</p>");
  });

  it("can't be broken out of", () => {
    const { block } = paragraph(link('https://x.example/"onclick="alert(1)', "w"));
    expect(() => kept(block)).not.toThrow();
    expect(namesIn(readXhtml(block))).toEqual(["p", "a"]);
  });
});

describe("a text that is too long", () => {
  it("is cut with a word that says how much is missing", () => {
    const shown = cut("x".repeat(100_000));
    expect(shown).toHaveLength(20_000 + "…\n(Cut here: 80,000 more characters are in Countersign.)".length);
    expect(shown).toMatch(/x…\n\(Cut here: 80,000 more characters are in Countersign\.\)$/);
    expect(cut("short")).toBe("short");
  });

  it("loses no half of a character", () => {
    const shown = cut("🦊".repeat(20), 5);
    expect(shown.isWellFormed()).toBe(true);
    expect(shown).toMatch(/^🦊🦊…/);
  });
});
