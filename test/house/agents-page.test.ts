import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const page = readFileSync(join(ROOT, "docs/agents.md"), "utf8");

describe("docs/agents.md", () => {
  test("its tables hold every code of refusals, every state, every event and every scope", () => {
    const words = new Set([...page.matchAll(/`([a-z_.]+)`/g)].map(([, word]) => word));
    const quoted = (file: string, from: string, to: string): readonly string[] => {
      const text = readFileSync(join(ROOT, file), "utf8");
      const start = text.indexOf(from);
      expect(start, `${from} in ${file}`).toBeGreaterThan(-1);
      return [...text.slice(start, text.indexOf(to, start)).matchAll(/"([a-z_.]+)"/g)].map(
        ([, word = ""]) => word,
      );
    };
    const known = [
      ...quoted("engine/errors.ts", "export type RefusalCode", ";"),
      ...quoted("bot/outside/requests/request.ts", "REQUEST_STATES = [", "]"),
      ...quoted("bot/outside/events/event-names.ts", "DOCUMENTED_EVENTS = [", "]"),
      ...quoted("bot/outside/requests/asking.ts", "SCOPES = [", "]"),
    ];
    expect(known.length).toBeGreaterThan(40);
    expect(known.filter((word) => !words.has(word))).toEqual([]);
  });

  test("its links lead somewhere", () => {
    const anchors = [...page.matchAll(/^## (.+)$/gm)].map(
      ([, title = ""]) =>
        `#${title
          .toLowerCase()
          .replaceAll(/[^a-z0-9 -]/g, "")
          .replaceAll(" ", "-")}`,
    );
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, to = ""]) => to);
    const broken = links.filter((to) => {
      if (to.startsWith("https:")) return false;
      if (to.startsWith("#")) return !anchors.includes(to);
      return readFileSync(join(ROOT, "docs", to), "utf8") === "";
    });
    expect(broken).toEqual([]);
  });
});
