import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { WebClient } from "@slack/web-api";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { METHODS } from "#integrations/local-slack/web-api/methods.ts";

const fileAt = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const SCHEMA = fileAt("../shared/contracts/slack-manifest.schema.json");

const manifest: unknown = parse(readFileSync(fileAt("manifest.yml"), "utf8"));
const { features, oauth_config, settings } = z
  .object({
    features: z.object({ slash_commands: z.array(z.object({ command: z.string() })) }),
    oauth_config: z.object({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
    settings: z.object({
      event_subscriptions: z.strictObject({ bot_events: z.array(z.string()) }),
      socket_mode_enabled: z.boolean(),
      interactivity: z.object({ is_enabled: z.boolean() }),
    }),
  })
  .parse(manifest);

/** Goals stand in public and private channels and in direct messages: which scope a call needs depends on that. */
const READ = ["channels:read", "groups:read", "im:read"];
const HISTORY = ["channels:history", "groups:history", "im:history"];

/** What each call of ours needs, by https://docs.slack.dev/reference/methods */
const METHOD_SCOPES: Readonly<Record<string, readonly string[]>> = {
  "auth.test": [],
  "apps.connections.open": [], // with the app's own token
  "chat.getPermalink": [],
  "chat.postEphemeral": ["chat:write"],
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  "conversations.history": HISTORY,
  "conversations.info": READ,
  "conversations.members": READ,
  "conversations.open": ["im:write"],
  "conversations.replies": HISTORY,
  "users.conversations": ["channels:read", "groups:read"],
  "users.info": ["users:read"],
  "users.list": ["users:read"],
  "users.lookupByEmail": ["users:read.email"],
  "views.open": [],
  "views.publish": [],
};

/** What each event needs, by https://docs.slack.dev/reference/events */
const EVENT_SCOPES: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  app_mention: ["app_mentions:read"],
  member_joined_channel: ["channels:read", "groups:read"],
  "message.im": ["im:history"],
};

/** The whole of bot/, as text. */
const source = (
  await Promise.all(
    (
      await readdir(fileAt("bot"), { recursive: true })
    )
      .filter((path) => path.endsWith(".ts"))
      .map((path) => readFile(fileAt(`bot/${path}`), "utf8")),
  )
).join("\n");

/** Every method of the Web API, as Slack's own client has them: "chat.postMessage". */
function methodsOf(value: object, path = "", seen = new Set<unknown>()): readonly string[] {
  if (seen.has(value)) return [];
  seen.add(value);
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) => {
    const here = path === "" ? name : `${path}.${name}`;
    if (typeof part === "function") return path === "" ? [] : [here];
    return typeof part === "object" && part !== null ? methodsOf(part, here, seen) : [];
  });
}

const called = methodsOf(new WebClient()).filter((name) =>
  new RegExp(String.raw`\.\s*${name.replaceAll(".", String.raw`\s*\.\s*`)}\s*\(`).test(source),
);

const found = (pattern: RegExp): readonly string[] =>
  [...source.matchAll(pattern)].map(([, name = ""]) => name);

const sorted = (names: Iterable<string>): readonly string[] =>
  [...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1));

describe("manifest.yml", () => {
  test.skipIf(!existsSync(SCHEMA))(
    existsSync(SCHEMA)
      ? "is what Slack's own schema asks for"
      : "skipped: ../shared/contracts is not here, and Slack's schema is in it",
    () => {
      const validate = new Ajv({ strict: false, allErrors: true, logger: false }).compile(
        JSON.parse(readFileSync(SCHEMA, "utf8")),
      );
      validate(manifest);
      expect(validate.errors).toBeNull();
    },
  );

  test("asks for exactly the scopes that our calls, events and commands need", () => {
    expect(sorted(oauth_config.scopes.bot)).toEqual(
      sorted(["commands", ...Object.values(METHOD_SCOPES).flat(), ...Object.values(EVENT_SCOPES).flat()]),
    );
  });

  test("knows every Web API method that the code calls, and no other", () => {
    expect(sorted(called)).toEqual(sorted(Object.keys(METHOD_SCOPES)));
    expect(source).not.toMatch(/\.apiCall\s*\(/);
  });

  test("subscribes to exactly the events that somebody listens for", () => {
    const messages = source.includes("app.message(") ? ["message.im"] : [];
    const listened = sorted([...found(/app\.event\(\s*"([\w.]+)"/g), ...messages]);
    expect(sorted(settings.event_subscriptions.bot_events)).toEqual(listened);
    expect(sorted(Object.keys(EVENT_SCOPES))).toEqual(listened);
  });

  test("registers exactly the commands that somebody answers, and interactivity for our buttons", () => {
    const commands = features.slash_commands.map(({ command }) => command);
    expect(sorted(commands)).toEqual(sorted(found(/app\.command\(\s*"(\/[\w-]+)"/g)));
    expect(settings.interactivity.is_enabled).toBe(true);
  });

  test("needs no address: Socket Mode", () => {
    expect(settings.socket_mode_enabled).toBe(true);
    expect(JSON.stringify(manifest)).not.toMatch(/https?:/);
  });

  test("names only methods that local-slack plays, so that a missing scope shows on this machine", () => {
    expect(Object.keys(METHOD_SCOPES).filter((name) => !METHODS.has(name))).toEqual([]);
  });
});
