import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../..");
const schemaPath = join(root, "../shared/contracts/slack-manifest.schema.json");
const manifest = parse(readFileSync(join(root, "manifest.yml"), "utf8"));

test.skipIf(!existsSync(schemaPath))(
  "the manifest fits Slack's own schema (skipped: no contract documents)",
  () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    const isValid = ajv.validate(JSON.parse(readFileSync(schemaPath, "utf8")), manifest);
    expect(ajv.errors ?? []).toEqual([]);
    expect(isValid).toBe(true);
  },
);

/** What a Web API method or an event needs (docs.slack.dev). Channels may be public, private, or direct messages. */
const IN_ANY_CHANNEL = ["channels", "groups", "im"];
const SCOPES_OF_CALLS: Readonly<Record<string, readonly string[]>> = {
  "auth.test": [],
  "chat.getPermalink": [],
  "chat.postEphemeral": ["chat:write"],
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  "conversations.history": IN_ANY_CHANNEL.map((kind) => `${kind}:history`),
  "conversations.info": IN_ANY_CHANNEL.map((kind) => `${kind}:read`),
  "conversations.members": IN_ANY_CHANNEL.map((kind) => `${kind}:read`),
  "conversations.open": ["im:write"],
  "conversations.replies": IN_ANY_CHANNEL.map((kind) => `${kind}:history`),
  "users.info": ["users:read"],
  "views.open": [],
  "views.publish": [],
};
const SCOPES_OF_EVENTS: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  app_mention: ["app_mentions:read"],
  member_joined_channel: ["channels:read", "groups:read"],
  "message.im": ["im:history"],
};

/** Every file of the bot, as one text. */
const code = execFileSync("git", ["grep", "--no-index", "-h", "-e", "", "--", "bot"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 50_000_000,
});
const called = [
  ...code.matchAll(
    /\.((?:auth|chat|conversations|users|views|files|reactions|usergroups|team|bots)\.[a-zA-Z]+)\(/g,
  ),
].map(([, method = ""]) => method);
const heard = [...code.matchAll(/app\.event\("([a-z_]+)"/g)].map(([, event = ""]) => event);

describe("the manifest asks for what the code needs, and for nothing else", () => {
  test("every method that is called is in the allow-list, and every one of the list is called", () => {
    expect([...new Set(called)].toSorted()).toEqual(Object.keys(SCOPES_OF_CALLS).toSorted());
  });

  test("scopes", () => {
    const needed = new Set([...Object.values(SCOPES_OF_CALLS), ...Object.values(SCOPES_OF_EVENTS)].flat());
    expect(manifest.oauth_config.scopes.bot).toEqual([...needed, "commands"].toSorted());
  });

  test("events have listeners, and listeners their events", () => {
    const listened = [...heard, ...(code.includes("app.message(") ? ["message.im"] : [])].toSorted();
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(listened);
    expect(listened).toEqual(Object.keys(SCOPES_OF_EVENTS).toSorted());
  });
});
