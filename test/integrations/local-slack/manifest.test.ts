import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readGrants } from "#integrations/local-slack/manifest.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "local-slack-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function manifest(text: string): string {
  const path = join(dir, "manifest.yml");
  writeFileSync(path, text);
  return path;
}

test("an app may do what its manifest asks for", () => {
  const path = manifest(`
features:
  slash_commands:
    - command: /goal
      description: Start a goal
oauth_config:
  scopes:
    bot: [chat:write, commands]
settings:
  event_subscriptions:
    bot_events: [app_mention]
`);
  expect(readGrants(path)).toEqual({
    scopes: new Set(["chat:write", "commands"]),
    events: new Set(["app_mention"]),
    commands: new Set(["/goal"]),
  });
});

test("an app without a manifest may do everything", () => {
  expect(readGrants(join(dir, "none.yml"))).toEqual({
    scopes: undefined,
    events: undefined,
    commands: undefined,
  });
});

test("a manifest without scopes is refused", () => {
  expect(() => readGrants(manifest("display_information: { name: Countersign }"))).toThrow(/oauth_config/);
});
