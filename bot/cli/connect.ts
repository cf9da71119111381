import { join } from "node:path";
import type { Command } from "commander";
import { StartFailure } from "#engine/errors.ts";
import { gatherSettings } from "../config/sources.ts";
import { writeSettings } from "./env-file.ts";
import type { Operator } from "./operator.ts";
import { type Common, forPrograms } from "./options.ts";
import { print } from "./print.ts";
import { askForTokens, givenTokens, TOKEN_FILES, type TokenFiles } from "./tokens.ts";

type Options = Common & TokenFiles;

/** `connect`: takes the tokens of a real workspace, tests them with Slack, and writes them into `.env`. Shows none of them. */
export function addConnect(program: Command, operator: Operator): void {
  const command = forPrograms(program.command("connect"))
    .description("Connect a real Slack workspace: tests its tokens and writes them into .env")
    .action((options: Options) => connect(operator, options));
  for (const { flag, what } of TOKEN_FILES) command.option(`${flag} <path>`, `a file that holds the ${what}`);
}

async function connect(operator: Operator, options: Options): Promise<void> {
  const { env, home, stdin } = operator;
  const apiUrl = gatherSettings(env, home).texts.get("SLACK_API_URL")?.text;
  const given = givenTokens(operator, options);
  if (!given && stdin.isTTY !== true)
    throw new StartFailure(
      "connect asks for tokens, and there is no terminal to ask at. Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (or SLACK_SIGNING_SECRET), or name files that hold them: --bot-token-file, --app-token-file, --signing-secret-file.",
    );
  const tokens = given ?? (await askForTokens(operator));
  // Only here: no other command needs Slack's client.
  const { testTokens } = await import("./test-tokens.ts");
  const { workspace, workspaceId, botName, missingScopes } = await testTokens(tokens, apiUrl);
  const path = writeSettings(join(home, ".env"), tokens);
  const way = tokens.SLACK_APP_TOKEN === undefined ? "HTTP" : "Socket Mode";
  print(operator, options, {
    value: {
      workspace_id: workspaceId,
      workspace,
      bot: botName,
      way: way === "HTTP" ? "http" : "socket",
      env_file: path,
      missing_scopes: missingScopes,
    },
    lines: [
      `Connected to ${workspace} (${workspaceId}) as @${botName}, by ${way}.`,
      `The tokens are in ${path}, which only you can read.`,
      ...(missingScopes.length > 0
        ? [
            `The app lacks ${missingScopes.join(", ")}: paste ./countersign manifest into its App Manifest, and install it again.`,
          ]
        : []),
      ...(way === "HTTP" && !gatherSettings(env, home).texts.has("PUBLIC_URL")
        ? ["Set PUBLIC_URL too, and paste ./countersign manifest --url <that address> into its App Manifest."]
        : []),
      "Now start Countersign (npm start), and type in Slack, in a channel of your own:",
      `  /invite @${botName}`,
      "  /goal help",
    ],
  });
}
