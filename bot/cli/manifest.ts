import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { parse, stringify } from "yaml";
import { readConfig } from "../config.ts";
import type { Terminal } from "./terminal.ts";

const MANIFEST = fileURLToPath(new URL("../../manifest.yml", import.meta.url));
const EVENTS = "/slack/events";

/** `manifest`: what to paste at Slack. With an address it is the one for HTTP: requests come there, no socket. */
export function addManifest(program: Command, terminal: Terminal): void {
  program
    .command("manifest")
    .description("Print the manifest of the Slack app")
    .option(
      "--url <url>",
      "where Slack reaches Countersign over HTTPS (PUBLIC_URL); without it: Socket Mode",
      readUrl,
    )
    .option("--json", "for programs")
    .action(({ url, json }: { readonly url?: string; readonly json?: boolean }) => {
      const text = readFileSync(MANIFEST, "utf8");
      const address = url ?? publicUrl(terminal);
      if (address === null && !json) return void terminal.stdout.write(text);
      const manifest = address === null ? parse(text) : overHttp(parse(text), `${address}${EVENTS}`);
      terminal.stdout.write(json ? `${JSON.stringify(manifest, null, 2)}\n` : stringify(manifest));
    });
}

/** With an app token Socket Mode is meant, whatever else is set. */
function publicUrl({ env, dir }: Terminal): string | null {
  const { publicUrl: address, slack } = readConfig({ env, dir });
  return slack.kind === "socket" ? null : address;
}

type Manifest = {
  readonly features: { readonly slash_commands: readonly object[] };
  readonly settings: { readonly event_subscriptions: object; readonly interactivity: object };
};

function overHttp(manifest: Manifest, url: string): object {
  const { features, settings } = manifest;
  return {
    ...manifest,
    features: {
      ...features,
      slash_commands: features.slash_commands.map((command) => ({ ...command, url })),
    },
    settings: {
      ...settings,
      event_subscriptions: { request_url: url, ...settings.event_subscriptions },
      interactivity: { ...settings.interactivity, request_url: url },
      socket_mode_enabled: false,
    },
  };
}

function readUrl(text: string): string {
  if (!/^https:\/\/[^/\s]+/.test(text))
    throw new InvalidArgumentError("write an address such as https://bot.example.com.");
  return text.replace(/\/+$/, "");
}
