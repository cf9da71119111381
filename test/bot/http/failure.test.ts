import { expect, test } from "vitest";
import { z } from "zod";
import { toProblem } from "#bot/http/failure.ts";
import { createLogger } from "#bot/logger.ts";
import { OutsideFailure } from "#engine/errors.ts";

const Told = z.looseObject({ ref: z.string() });

/** What is answered, and what is logged, when a handler throws this. */
async function answerTo(error: Error) {
  const lines: string[] = [];
  const log = createLogger({ now: Date.now, write: (line) => lines.push(line), isTerminal: false });
  const response = toProblem(error, log);
  const type = response.headers.get("content-type");
  return { status: response.status, type, body: Told.parse(await response.json()), logged: lines.join("\n") };
}

test("What failed outside is 502 and says what; its ref finds it in the log", async () => {
  const { status, type, body, logged } = await answerTo(
    new OutsideFailure("Slack", "Slack did not answer in time."),
  );
  expect([status, type]).toEqual([502, "application/problem+json"]);
  expect(body).toMatchObject({
    ...{ status: 502, code: "outside_failure", ref: expect.stringMatching(/^[\da-f]{6}$/) },
    detail: `Slack did not answer in time. (ref ${body.ref})`,
  });
  expect(logged).toContain(body.ref);
});

test("What broke on our side is 500 and tells strangers nothing but its ref", async () => {
  const { status, body, logged } = await answerTo(new Error('column "secret" does not exist'));
  expect(status).toBe(500);
  expect(body).toEqual({
    ...{ type: "about:blank", status: 500, code: "internal", ref: expect.stringMatching(/^[\da-f]{6}$/) },
    detail: `Something broke on our side. (ref ${body.ref})`,
  });
  expect(logged).toContain(body.ref);
  expect(logged).toContain("does not exist");
});
