import { expect, test } from "vitest";
import { correlationIdOf, traceparentOf } from "#bot/http/trace.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

test("A trace context of version 00 is passed on as it came", () => {
  expect(traceparentOf(`00-${TRACE}-${SPAN}-01`)).toBe(`00-${TRACE}-${SPAN}-01`);
});

test("One of a later version is passed on as far as it is known", () => {
  expect(traceparentOf(`cc-${TRACE}-${SPAN}-01-what-the-future-brings`)).toBe(`00-${TRACE}-${SPAN}-01`);
});

test.each([
  ["nothing", undefined],
  ["an empty one", ""],
  ["the forbidden version", `ff-${TRACE}-${SPAN}-01`],
  ["no trace", `00-${"0".repeat(32)}-${SPAN}-01`],
  ["no span", `00-${TRACE}-${"0".repeat(16)}-01`],
  ["capitals", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ["more than version 00 has", `00-${TRACE}-${SPAN}-01-more`],
  ["less than it has", `00-${TRACE}-${SPAN}`],
  ["several in one", `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
])("%s is ignored, as the standard has it", (_, header) => expect(traceparentOf(header)).toBeNull());

test("A correlation id is the caller's where it is fit for headers and logs, else one of ours", () => {
  expect(correlationIdOf("order-7/step:3@ci")).toBe("order-7/step:3@ci");
  for (const odd of [undefined, "", "a b", "a\r\nb", "x".repeat(129), "ü"])
    expect(correlationIdOf(odd)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
});
