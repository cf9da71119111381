import { type ApiConfig, isLoopback } from "./api.ts";
import type { Problem } from "./problem.ts";
import type { Values } from "./variables.ts";

/** Which Slack the bot talks to. `none`: no tokens, and a `HOST` that others reach, where local-slack must not be. */
export type SlackConfig =
  | { readonly kind: "local" }
  | { readonly kind: "none" }
  | { readonly kind: "http"; readonly botToken: string; readonly signingSecret: string }
  | {
      readonly kind: "socket";
      readonly botToken: string;
      readonly appToken: string;
      readonly signingSecret: string | null;
    };

/** The Slack that the values mean; problems where only half of what is needed is set. */
export function slackOf(values: Values, problems: Problem[]): SlackConfig {
  const {
    SLACK_BOT_TOKEN: botToken,
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_APP_TOKEN: appToken,
  } = values;
  if (!botToken) {
    for (const name of ["SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "SLACK_API_URL"] as const)
      if (values[name])
        problems.push({
          name: "SLACK_BOT_TOKEN",
          sentence: `is not set, but ${name} is: set the Bot User OAuth Token too, or unset ${name} to use local-slack.`,
        });
    return isLoopback(values.HOST ?? "") ? { kind: "local" } : { kind: "none" };
  }
  if (appToken) return { kind: "socket", botToken, appToken, signingSecret: signingSecret ?? null };
  if (signingSecret) return { kind: "http", botToken, signingSecret };
  problems.push({
    name: "SLACK_APP_TOKEN",
    sentence:
      "or SLACK_SIGNING_SECRET is needed beside SLACK_BOT_TOKEN: set the first for Socket Mode (no public address needed), the second where Slack reaches PUBLIC_URL.",
  });
  return { kind: "none" };
}

/** What makes the model's variables contradict each other. */
export function checkModel(values: Values, problems: Problem[]): void {
  const provider = values.MODEL?.split(":")[0];
  if (provider === "anthropic" && !values.ANTHROPIC_API_KEY)
    problems.push({ name: "MODEL", sentence: "names a model of Anthropic: set ANTHROPIC_API_KEY too." });
  if (provider === "openai" && !values.OPENAI_API_KEY && !values.OPENAI_BASE_URL)
    problems.push({
      name: "MODEL",
      sentence:
        "names a model of OpenAI: set OPENAI_API_KEY too, or OPENAI_BASE_URL for a server of your own.",
    });
  if (!values.MODEL && values.OPENAI_BASE_URL && !values.ANTHROPIC_API_KEY)
    problems.push({
      name: "MODEL",
      sentence: "is needed beside OPENAI_BASE_URL: set it to openai:<the server's model>.",
    });
}

/** Where Countersign stands behind a company's firewall, its callbacks must not lead behind that. */
export function checkCallbacks(values: Values, isProduction: boolean, problems: Problem[]): void {
  if (isProduction && values.CALLBACK_ALLOW_PRIVATE === "1")
    problems.push({
      name: "CALLBACK_ALLOW_PRIVATE",
      sentence:
        "must not be 1 in production (NODE_ENV=production): whoever has a key could make Countersign call machines behind your firewall. Unset it.",
    });
}

/** What a team would miss: for one line at the start, most important first. */
export function missingForProduction(values: Values, slack: SlackConfig): readonly string[] {
  const missing: string[] = [];
  if (slack.kind === "local" || slack.kind === "none")
    missing.push("SLACK_BOT_TOKEN with SLACK_APP_TOKEN or SLACK_SIGNING_SECRET");
  if (!values.DATABASE_URL) missing.push("DATABASE_URL");
  if (!values.COUNTERSIGN_SECRET) missing.push("COUNTERSIGN_SECRET");
  if (slack.kind === "http" && !values.PUBLIC_URL) missing.push("PUBLIC_URL");
  if (!values.ANTHROPIC_API_KEY && !values.OPENAI_API_KEY && !values.OPENAI_BASE_URL)
    missing.push("ANTHROPIC_API_KEY or OPENAI_API_KEY");
  return missing;
}

/** What works, but not as somebody may expect. */
export function warningsOf(values: Values, slack: SlackConfig, api: ApiConfig): readonly string[] {
  const warnings: string[] = [];
  if (slack.kind === "none")
    warnings.push(
      `HOST is ${values.HOST}, which other machines reach, and no Slack tokens are set: local-slack will not exist. Set HOST=127.0.0.1 and reach it by "ssh -L 3000:127.0.0.1:3000 <this machine>", or set Slack tokens.`,
    );
  if (api.authMode === "none")
    warnings.push(
      "AUTH_MODE is none: every program on this machine may use the API without a key. Unset it where others work too.",
    );
  return warnings;
}
