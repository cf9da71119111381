import { expect, test } from "vitest";
import { z } from "zod";
import { inOurWords } from "#bot/outside/wrong-fields.ts";

const Body = z.object({
  title: z.string(),
  wait: z.number("Write seconds.").optional(),
  channels: z.array(z.string()).default([]),
  routing: z.object({}).default({}),
  context: z.record(z.string(), z.unknown()).default({}),
  days: z.int().default(1),
  is_urgent: z.boolean().default(false),
});

test.each([
  [{}, "This must be there. Write a text."],
  [{ title: 1 }, "Write a text."],
  [{ title: "x", wait: "5" }, "Write seconds."],
  [{ title: "x", channels: "#general" }, "Write a list: […]."],
  [{ title: "x", routing: [] }, "Write an object: {…}."],
  [{ title: "x", context: 1 }, "Write an object: {…}."],
  [{ title: "x", days: 1.5 }, "Write a whole number."],
  [{ title: "x", is_urgent: "yes" }, "Write true or false."],
])("%j: what is of the wrong kind is answered with what to write", (body, told) => {
  expect(Body.safeParse(body).error?.issues.map(inOurWords)).toEqual([told]);
});
