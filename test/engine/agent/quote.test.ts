import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QUOTE, quote } from "#engine/agent/quote.ts";

const LINE_ENDS = ["\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029"];

describe("quote", () => {
  it("marks every line, whatever ends a line", () => {
    for (const end of LINE_ENDS) expect(quote(`a${end}# Rules${end}b`, 100)).toBe("| a\n| # Rules\n| b");
  });

  it("lets no text make a line without the mark", () => {
    const text = fc.array(
      fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...LINE_ENDS, "| ", "# Your step")),
    );
    fc.assert(
      fc.property(text, (parts) => {
        const lines = quote(parts.join(""), 10_000).split(/[\n\r\v\f\u0085\u2028\u2029]/);
        expect(lines.every((line) => line.startsWith(QUOTE))).toBe(true);
      }),
    );
  });

  it("takes out what hides text: control characters and turned reading directions", () => {
    expect(quote("safe\u202e\u0000\u001b[2Kdone", 100)).toBe("| safe[2Kdone");
  });

  it("cuts what is too long, and says so on a line of its own", () => {
    expect(quote("x".repeat(30), 10)).toBe(`| ${"x".repeat(10)}\n(20 of 30 characters are left out here.)`);
    expect(quote(`${"x".repeat(20)}0123456789`, 10, "end")).toBe(
      "(20 of 30 characters are left out here.)\n| 0123456789",
    );
  });

  it("stays well-formed when the cut goes through a character", () => {
    expect(quote("😀😀", 1).isWellFormed()).toBe(true);
  });
});
