import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { countersign, countersignJson } from "#test/support/cli.ts";

const MANIFEST = readFileSync(new URL("../../../manifest.yml", import.meta.url), "utf8");
const home = mkdtempSync(join(tmpdir(), "countersign-manifest-"));
afterAll(() => rmSync(home, { recursive: true }));

const URLS = {
  features: { slash_commands: [{ url: "https://bot.example.com/slack/events" }] },
  settings: {
    event_subscriptions: { request_url: "https://bot.example.com/slack/events" },
    interactivity: { request_url: "https://bot.example.com/slack/events" },
    socket_mode_enabled: false,
  },
};

describe("countersign manifest", () => {
  test("prints the file as it is, to be pasted", async () => {
    expect(await countersign({ home }, "manifest")).toEqual({ code: 0, stdout: MANIFEST, stderr: "" });
  });

  test("with an address it is the one for HTTP, and the same in all else", async () => {
    const { code, stdout } = await countersign({ home }, "manifest", "--url", "https://bot.example.com/");
    expect(code).toBe(0);
    const { features, settings, ...rest } = parse(stdout);
    expect({ features, settings }).toMatchObject(URLS);
    const own = parse(MANIFEST);
    expect(rest).toEqual({ display_information: own.display_information, oauth_config: own.oauth_config });
    expect(settings.event_subscriptions.bot_events).toEqual(own.settings.event_subscriptions.bot_events);
  });

  test("takes the address from PUBLIC_URL where --url stands alone, also as JSON", async () => {
    writeFileSync(join(home, ".env"), "PUBLIC_URL=https://bot.example.com\n");
    expect(await countersignJson({ home }, "manifest", "--url")).toMatchObject(URLS);
  });

  test.each([
    ["http://bot.example.com", /https addresses only/],
    ["bot", /must be the address at which others reach Countersign/],
  ])("refuses %s, and says why", async (url, why) => {
    const { code, stdout, stderr } = await countersign({ home }, "manifest", "--url", url);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(why);
  });
});
