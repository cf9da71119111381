import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLiveLine } from "#engine/agent/live-line.ts";

/** What is said while a text arrives in pieces of this size. */
function said(text: string, size: number): string[] {
  const lines: string[] = [];
  const feed = createLiveLine((line) => lines.push(line));
  for (let at = 0; at < text.length; at += size) feed(text.slice(at, at + size));
  return lines;
}

describe("createLiveLine", () => {
  it("says the line that is being written, not the names of fields", () => {
    const reply = JSON.stringify({
      summary: "A route for health",
      result: 'First line\nSecond "line" here',
      tests: null,
    });
    const lines = said(reply, 7);
    expect(lines).toContain("A route for health");
    expect(lines.at(-1)).toBe('Second "line" here');
    expect(lines.some((line) => /summary|result|tests/.test(line))).toBe(false);
  });

  it("says nothing of short words from the reply's form", () => {
    expect(said('{"steps":[{"risk":"low","agent":"model","after":["a","b"]}]}', 3)).toEqual([]);
  });

  it("ends with the whole last line, however the reply is cut into pieces", () => {
    const text = fc.string({ unit: "binary", minLength: 8, maxLength: 80 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (value, size) => {
        const shown = value.replaceAll("\b", "").replaceAll("\t", " ");
        const last = (shown.split(/[\n\r\f]/).at(-1) ?? "").trim();
        fc.pre(last.length >= 8);
        expect(said(JSON.stringify({ "a key": value }), size).at(-1)).toBe(last.toWellFormed());
      }),
    );
  });

  it("keeps to the length of a card's line", () => {
    expect(Math.max(...said(`{"result":"${"word ".repeat(200)}"}`, 11).map((line) => line.length))).toBe(120);
  });
});
