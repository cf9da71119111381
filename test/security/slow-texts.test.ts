import { expect, test } from "vitest";
import { showFold, showFoldPlainly } from "#bot/slack/blocks/fold.ts";
import { inert, inertLines } from "#bot/slack/blocks/text.ts";
import { toFailure } from "#integrations/agents/command-outcome.ts";
import { putSection } from "#integrations/confluence/marked-section.ts";
import { sectionHash } from "#integrations/confluence/section-text.ts";
import { codeBlock, paragraph } from "#integrations/confluence/storage.ts";
import { doc, oneLine, paragraphs } from "#integrations/jira/adf.ts";
import { plainText } from "#integrations/jira/plain-text.ts";
import { cleanText } from "#integrations/processes/output.ts";

const LENGTH = 200_000;

/** Whatever reads what commands print, agents say or people write in Jira: it runs where Slack's clicks are answered, and must not keep them waiting. */
const READERS = {
  cleanText,
  inert: (text: string) => inert(text, 2_000, (id) => id),
  inertLines: (text: string) => inertLines(text, 50, 300, (id) => id),
  fold: (text: string) =>
    showFold({ type: "fold", title: "x", leaves: [{ label: "x", text, kind: "code" }] }),
  plainFold: (text: string) =>
    showFoldPlainly({ type: "fold", title: "x", leaves: [{ label: "x", text, kind: "words" }] }),
  toFailure: (output: string) => toFailure({ ...ENDED, output }, 1_000),
  toJira: (text: string) => doc(paragraphs(text)),
  toJiraLine: (text: string) => oneLine(text, 255),
  fromJira: (text: string) => plainText(text, 3_000),
  fromJiraDocument: (text: string) =>
    plainText({ type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text }] }] }, 3_000),
  toConfluence: (text: string) =>
    sectionHash(putSection(`<p>a</p>`, "run", [paragraph(text), codeBlock(text)]), "run"),
} satisfies Record<string, (text: string) => unknown>;

const ENDED = { exitCode: 1, signal: null, timedOut: false, aborted: false, cutBytes: 0, tookMs: 1 };

const HOSTILE = [
  "\r",
  "\u001b]8;;",
  "\u001b[",
  "<@UAA|",
  "<@U",
  ":a:",
  " ",
  "\t",
  "\n",
  "`",
  "not ok ",
  ": a: not found ",
  " \t",
  "\n ",
  "[~",
  "&#",
  "]]>",
  "<![CDATA[",
];

// They took up to a minute each: the limit is far above the milliseconds that they need.
test.each(Object.keys(READERS) as (keyof typeof READERS)[])(
  "%s comes to an end with whatever is repeated",
  { timeout: 5_000 },
  (name) => {
    for (const unit of HOSTILE)
      expect(READERS[name](`${unit.repeat(LENGTH / unit.length)}!`), unit).toBeDefined();
  },
);

test("a line that was written over shows what stood there last, however often", () => {
  expect(cleanText("10%\r50%\r100%\r\r\nnext\r\n\r\r")).toBe("100%\nnext\n");
  expect(cleanText(`${"\r".repeat(100_000)}done\u001b[31m red\u001b[0m`)).toBe("done red");
});
