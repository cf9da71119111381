import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Deliberate violations in an empty house with our own rules: each border must really be seen. */

const root = join(import.meta.dirname, "../..");
const importing = (specifier: string): string => `import { x } from "${specifier}";\n\nexport const y = x;\n`;

const forbidden: readonly (readonly [path: string, text: string, rule: string])[] = [
  ...[
    ["engine/run", "#db/store.ts"],
    ["engine/run", "#integrations/agents/command.ts"],
    ["engine/run", "#bot/app.ts"],
    ["engine/run", "../../db/store.ts"],
    ["engine/run", "node:fs"],
    ["engine/run", "hono"],
    ["db", "#bot/app.ts"],
    ["db", "#integrations/agents/command.ts"],
    ["db", "../bot/app.ts"],
    ["db/embedded", "../../integrations/agents/command.ts"],
    ["integrations/agents", "#db/store.ts"],
    ["integrations/agents", "#bot/app.ts"],
    ["integrations/agents", "../../db/store.ts"],
  ].map(([folder = "", specifier = ""]) => [folder, importing(specifier), "noRestrictedImports"] as const),
  ...["Date.now()", "crypto.randomUUID()", "fetch('http://x')", "setTimeout(() => {}, 1)", "process.pid"].map(
    (words) => ["engine/run", `export const y = ${words};\n`, "noRestrictedGlobals"] as const,
  ),
  ["db", "export const y = process.env;\n", "noProcessEnv"],
];

const allowed: readonly (readonly [path: string, specifier: string])[] = [
  ["engine/run", "zod"],
  ["engine/run", "../errors.ts"],
  ["db", "#engine/errors.ts"],
  ["integrations/agents", "#engine/errors.ts"],
  ["bot", "#db/store.ts"],
];

const house = mkdtempSync(join(tmpdir(), "countersign-borders-"));
let found: readonly string[] = [];

beforeAll(() => {
  copyFileSync(join(root, "biome.json"), join(house, "biome.json"));
  for (const [i, [folder, text]] of forbidden.entries()) write(`${folder}/forbidden-${i}.ts`, text);
  for (const [i, [folder, specifier]] of allowed.entries())
    write(`${folder}/allowed-${i}.ts`, importing(specifier));
  const { stdout } = spawnSync(
    join(root, "node_modules/.bin/biome"),
    ["lint", "--vcs-enabled=false", "--reporter=github", "--max-diagnostics=none", "."],
    { cwd: house, encoding: "utf8" },
  );
  found = stdout.split("\n");
});
afterAll(() => rmSync(house, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(house, path)), { recursive: true });
  writeFileSync(join(house, path), text);
}

const rulesAt = (path: string): readonly string[] => found.filter((line) => line.includes(path));

test.each(
  forbidden.map(([folder, text, rule], i) => ({ folder, what: text.trim().split("\n")[0], rule, i })),
)("$folder: $what is refused", ({ folder, rule, i }) => {
  expect(rulesAt(`${folder}/forbidden-${i}.ts`).join("\n")).toContain(rule);
});

test.each(allowed.map(([folder, specifier], i) => ({ folder, specifier, i })))(
  "$folder may import $specifier",
  ({ folder, i }) => {
    expect(rulesAt(`${folder}/allowed-${i}.ts`).join("\n")).not.toContain("noRestrictedImports");
  },
);
