import { expect, test } from "vitest";
import { createLogger, type Level } from "#bot/logger.ts";

function lines(options: { isTerminal?: boolean; level?: Level } = {}) {
  const written: string[] = [];
  const now = () => Date.UTC(2026, 10, 21, 8, 30);
  const log = createLogger({ now, write: (line) => written.push(line), isTerminal: false, ...options });
  return { log, written };
}

test("A line is one JSON object with time, level, message and the fields of the logger and of the line", () => {
  const { log, written } = lines();
  log.child({ workspace: "T01" }).info("started", { port: 3000 });
  expect(written).toHaveLength(1);
  expect(written[0]).toMatch(/\}\n$/);
  expect(JSON.parse(written[0] ?? "")).toEqual({
    time: "2026-11-21T08:30:00.000Z",
    level: "info",
    message: "started",
    workspace: "T01",
    port: 3000,
  });
});

test("In a terminal a line is short, and an error brings its stack", () => {
  const { log, written } = lines({ isTerminal: true });
  log.warn("too slow", { method: "chat.update", error: new Error("no answer") });
  expect(written[0]).toMatch(
    /^08:30:00 warn {2}too slow method='chat\.update' \n {2}Error: no answer\n {4}at /,
  );
});

test("Lines below the level are left out", () => {
  const { log, written } = lines({ level: "warn" });
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  expect(written.map((line) => JSON.parse(line).message)).toEqual(["c", "d"]);
});

test("A secret is replaced wherever it occurs, in children made before it was known too", () => {
  const { log, written } = lines();
  const child = log.child({ header: "Bearer xoxb-geheim" });
  log.hide("xoxb-geheim");
  log.hide('quo"ted\\secret');
  child.error("xoxb-geheim was refused", {
    error: new Error("xoxb-geheim"),
    deep: [{ key: 'quo"ted\\secret' }],
  });
  expect(written[0]).not.toContain("geheim");
  expect(written[0]).not.toContain("quo");
  expect(JSON.parse(written[0] ?? "")).toMatchObject({
    message: "[secret] was refused",
    header: "Bearer [secret]",
    deep: [{ key: "[secret]" }],
  });
});

test("An error is written with its name, code, stack and cause", () => {
  const { log, written } = lines();
  const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  log.error("lost", { error: new TypeError("fetch failed", { cause }) });
  expect(JSON.parse(written[0] ?? "").error).toMatchObject({
    name: "TypeError",
    message: "fetch failed",
    stack: expect.stringContaining("logger.test.ts"),
    cause: { name: "Error", message: "refused", code: "ECONNREFUSED" },
  });
});

test("What JSON cannot hold is written all the same", () => {
  const { log, written } = lines();
  const circle: Record<string, unknown> = { big: 10n };
  log.info("big", circle);
  circle["self"] = circle;
  log.info("round", { circle });
  expect(JSON.parse(written[0] ?? "").big).toBe("10");
  expect(JSON.parse(written[1] ?? "")).toMatchObject({
    message: "round",
    fields: expect.stringContaining("Circular"),
  });
});
