import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { type Document, isSeq, parseDocument } from "yaml";
import { StartFailure } from "#engine/errors.ts";
import { gatherSettings } from "../config/sources.ts";
import { readVariable } from "../config/variables.ts";
import type { Operator } from "./operator.ts";
import { type Common, forPrograms } from "./options.ts";

const MANIFEST = new URL("../../manifest.yml", import.meta.url);
/** Where `bot/slack/receiver.ts` takes everything that Slack sends. */
const PATH = "/slack/events";

type Options = Common & { readonly url?: string | true };

/** `manifest`: what to paste at api.slack.com/apps. With an address it is the one for HTTP: Slack sends there, no socket. */
export function addManifest(program: Command, operator: Operator): void {
  forPrograms(program.command("manifest"))
    .description("Print the manifest of the Slack app, to be pasted at api.slack.com/apps")
    .option(
      "--url [url]",
      "for HTTP instead of Socket Mode: the address at which Slack reaches Countersign (PUBLIC_URL)",
    )
    .action((options: Options) => {
      const text = readFileSync(MANIFEST, "utf8");
      const document = parseDocument(text);
      if (options.url !== undefined) overHttp(document, addressOf(operator, options.url));
      const isChanged = options.json || options.url !== undefined;
      operator.stdout.write(
        options.json ? `${JSON.stringify(document.toJS(), null, 2)}\n` : isChanged ? String(document) : text,
      );
    });
}

function addressOf({ env, home }: Operator, url: string | true): string {
  const text = url === true ? gatherSettings(env, home).texts.get("PUBLIC_URL")?.text : url;
  if (text === undefined)
    throw new StartFailure(
      "Which address? Write --url https://bot.example.com, or set PUBLIC_URL and write --url alone.",
    );
  const read = readVariable("PUBLIC_URL", text);
  if ("problem" in read) throw new StartFailure(`The address of --url ${read.problem}`);
  if (!read.value.startsWith("https:"))
    throw new StartFailure(
      `Slack sends to https addresses only, and ${read.value} is none: put a proxy with a certificate before Countersign.`,
    );
  return `${read.value}${PATH}`;
}

function overHttp(document: Document, url: string): void {
  document.commentBefore = " Countersign as a Slack app, over HTTP: Slack sends to the address below.\n";
  const commands = document.getIn(["features", "slash_commands"]);
  if (isSeq(commands))
    for (const index of commands.items.keys())
      document.setIn(["features", "slash_commands", index, "url"], url);
  document.setIn(["settings", "event_subscriptions", "request_url"], url);
  document.setIn(["settings", "interactivity", "request_url"], url);
  document.setIn(["settings", "socket_mode_enabled"], false);
}
