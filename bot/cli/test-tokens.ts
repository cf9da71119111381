import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { createSlackClient } from "../slack/clients.ts";
import { cannotUse } from "../slack/no-start.ts";
import type { Tokens } from "./tokens.ts";

const MANIFEST = new URL("../../manifest.yml", import.meta.url);
const Scopes = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) });
const Said = z.object({
  team: z.string(),
  team_id: z.string(),
  user: z.string(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

/** Asks Slack whether it takes these tokens, and whom they are for. Throws `StartFailure` where it does not. */
export async function testTokens(tokens: Tokens, apiUrl: string | undefined) {
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken } = tokens;
  const bot = createSlackClient(botToken, { apiUrl });
  const said = Said.parse(
    await bot.auth.test().catch((error) => {
      throw cannotUse("SLACK_BOT_TOKEN", error);
    }),
  );
  if (appToken !== undefined) {
    const app = createSlackClient(appToken, { apiUrl });
    await app.apps.connections.open({}).catch((error) => {
      throw cannotUse("SLACK_APP_TOKEN", error);
    });
  }
  const has = said.response_metadata?.scopes;
  const needed = Scopes.parse(parse(readFileSync(MANIFEST, "utf8"))).oauth_config.scopes.bot;
  return {
    workspace: said.team,
    workspaceId: said.team_id,
    botName: said.user,
    missingScopes: has === undefined ? [] : needed.filter((scope) => !has.includes(scope)),
  };
}
