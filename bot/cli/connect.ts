import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Command } from "commander";
import { StartFailure } from "#engine/errors.ts";
import { createSlackClient } from "../slack/clients.ts";
import { slackFailure } from "../slack/slack-failure.ts";
import type { Terminal } from "./terminal.ts";

/** `connect`: asks for the tokens of a real workspace, tests them, and writes them into `.env`. */
export function addConnect(program: Command, terminal: Terminal): void {
  program
    .command("connect")
    .description("Connect a real Slack workspace: asks for its tokens, tests them, writes .env")
    .option(
      "--json",
      "for programs: the tokens come from SLACK_BOT_TOKEN and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET",
    )
    .action(({ json }: { readonly json?: boolean }) => connect(terminal, json ?? false));
}

async function connect(terminal: Terminal, asJson: boolean): Promise<void> {
  const asked = asJson || terminal.stdin.isTTY !== true ? fromEnvironment(terminal) : await ask(terminal);
  const { workspace, name } = await test(terminal, asked);
  const path = join(terminal.dir, ".env");
  writeSettings(path, asked);
  const lines = [
    `Connected to ${workspace} as @${name}. The tokens are in ${path}, readable by you alone.`,
    `Now: npm start, then in Slack /invite @${name} in a channel, and type /goal help`,
  ];
  terminal.stdout.write(
    asJson ? `${JSON.stringify({ workspace, name, env: path })}\n` : `${lines.join("\n")}\n`,
  );
}

type Tokens = Readonly<Record<"SLACK_BOT_TOKEN" | "SLACK_APP_TOKEN" | "SLACK_SIGNING_SECRET", string>>;

const USAGE =
  "set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (or SLACK_SIGNING_SECRET), or run it in a terminal, where it asks.";

function fromEnvironment({ env }: Terminal): Tokens {
  const of = (name: keyof Tokens) => env[name] ?? "";
  return check({
    SLACK_BOT_TOKEN: of("SLACK_BOT_TOKEN"),
    SLACK_APP_TOKEN: of("SLACK_APP_TOKEN"),
    SLACK_SIGNING_SECRET: of("SLACK_SIGNING_SECRET"),
  });
}

/** What is typed is not shown: a terminal's scrollback is no place for a token. */
async function ask({ stdin, stdout }: Terminal): Promise<Tokens> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  const question = async (text: string): Promise<string> => {
    stdout.write(`${text}: `);
    const answer = await lines.question("");
    stdout.write("\n");
    return answer.trim();
  };
  try {
    stdout.write("Make the app with ./countersign manifest first. What you paste is not shown.\n");
    const SLACK_BOT_TOKEN = await question("Bot User OAuth Token (OAuth & Permissions, xoxb-…)");
    const SLACK_APP_TOKEN = await question(
      "App-Level Token with connections:write (Basic Information, xapp-…; empty for HTTP)",
    );
    const SLACK_SIGNING_SECRET =
      SLACK_APP_TOKEN === "" ? await question("Signing Secret (Basic Information)") : "";
    return check({ SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET });
  } finally {
    lines.close();
  }
}

function check(tokens: Tokens): Tokens {
  const { SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: app, SLACK_SIGNING_SECRET: signing } = tokens;
  if (!bot.startsWith("xoxb-")) throw new StartFailure(`That is no bot token (xoxb-…): ${USAGE}`);
  if (app !== "" && !app.startsWith("xapp-"))
    throw new StartFailure(`That is no app-level token (xapp-…): ${USAGE}`);
  if (app === "" && signing === "")
    throw new StartFailure(`An app-level token or a signing secret is missing: ${USAGE}`);
  return tokens;
}

async function test(
  { env }: Terminal,
  tokens: Tokens,
): Promise<{ readonly workspace: string; readonly name: string }> {
  const apiUrl = env["SLACK_API_URL"];
  const { team = "", user = "" } = await said(
    "bot token",
    createSlackClient(tokens.SLACK_BOT_TOKEN, { apiUrl }).auth.test(),
  );
  if (tokens.SLACK_APP_TOKEN !== "")
    await said(
      "app-level token",
      createSlackClient(tokens.SLACK_APP_TOKEN, { apiUrl }).apps.connections.open({}),
    );
  return { workspace: team, name: user };
}

async function said<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const failure = slackFailure(error);
    const why = "code" in failure ? failure.code : failure.kind;
    throw new StartFailure(`Slack does not take the ${what} (${why}): copy it again. Nothing was written.`, {
      cause: error,
    });
  }
}

/** Other lines stay as they are. Written beside and renamed, so that no half file is ever there. */
function writeSettings(path: string, tokens: Tokens): void {
  const before = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const others = before.filter(
    (line) => !/^\s*(export\s+)?SLACK_(BOT_TOKEN|APP_TOKEN|SIGNING_SECRET)\s*=/.test(line),
  );
  const ours = Object.entries(tokens).flatMap(([name, token]) => (token === "" ? [] : [`${name}=${token}`]));
  const text = `${[...others.filter((line, i) => line !== "" || i < others.length - 1), ...ours].join("\n")}\n`;
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
