import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { StartFailure } from "#engine/errors.ts";
import { readVariable } from "../config/variables.ts";
import type { Operator } from "./operator.ts";

/** The tokens of a workspace: the bot's, and either the app's (Socket Mode) or the secret that signs Slack's requests (HTTP). */
export type Tokens = {
  readonly SLACK_BOT_TOKEN: string;
  readonly SLACK_APP_TOKEN?: string;
  readonly SLACK_SIGNING_SECRET?: string;
};

/** The options that name files with tokens in them. */
export type TokenFiles = {
  readonly botTokenFile?: string;
  readonly appTokenFile?: string;
  readonly signingSecretFile?: string;
};

type TokenName = keyof Tokens;

/** Which file is for which token. A token itself is no option: other users of a machine see them. */
export const TOKEN_FILES = [
  { flag: "--bot-token-file", option: "botTokenFile", name: "SLACK_BOT_TOKEN", what: "Bot User OAuth Token" },
  { flag: "--app-token-file", option: "appTokenFile", name: "SLACK_APP_TOKEN", what: "App-Level Token" },
  {
    flag: "--signing-secret-file",
    option: "signingSecretFile",
    name: "SLACK_SIGNING_SECRET",
    what: "Signing Secret",
  },
] as const satisfies readonly {
  readonly flag: string;
  readonly option: keyof TokenFiles;
  readonly name: TokenName;
  readonly what: string;
}[];

/** The tokens that files and the environment give; null where none does. Throws `StartFailure` where only half is given. */
export function givenTokens({ env, dir }: Operator, files: TokenFiles): Tokens | null {
  const found: { [N in TokenName]?: string } = {};
  for (const { option, name } of TOKEN_FILES) {
    const path = files[option];
    const text = path === undefined ? env[name] : readToken(resolve(dir, path));
    if (text?.trim()) found[name] = text.trim();
  }
  return Object.keys(found).length === 0 ? null : checked(found);
}

/** Asks one after the other. What is typed is not shown: a scrollback is no place for a token. Throws `StartFailure` at Ctrl-C. */
export async function askForTokens({ stdin, stdout }: Operator): Promise<Tokens> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: true });
  const left = new AbortController();
  lines.once("SIGINT", () => left.abort()).once("close", () => left.abort());
  const ask = async (text: string): Promise<string> => {
    stdout.write(`${text}: `);
    const answer = await lines.question("", { signal: left.signal }).catch((cause: unknown) => {
      stdout.write("\n");
      throw left.signal.aborted ? new StartFailure("Nothing was written.", { cause }) : cause;
    });
    stdout.write("\n");
    return answer.trim();
  };
  try {
    stdout.write(
      "From api.slack.com/apps, the app that ./countersign manifest made. What you paste is not shown.\n",
    );
    const bot = await ask("Bot User OAuth Token (OAuth & Permissions, xoxb-…)");
    const app = await ask("App-Level Token with connections:write (Basic Information, xapp-…; empty: HTTP)");
    const signing = app === "" ? await ask("Signing Secret (Basic Information)") : "";
    return checked({
      SLACK_BOT_TOKEN: bot,
      ...(app === "" ? {} : { SLACK_APP_TOKEN: app }),
      ...(signing === "" ? {} : { SLACK_SIGNING_SECRET: signing }),
    });
  } finally {
    lines.close();
  }
}

function readToken(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new StartFailure(`${path} can't be read (${why}): name a file that holds the token.`, { cause });
  }
}

/** Two of them, each in its shape, and in one line that `.env` can hold. */
function checked(found: Partial<Tokens>): Tokens {
  for (const { name, what } of TOKEN_FILES) {
    const read = found[name] === undefined ? null : readVariable(name, found[name]);
    if (read && "problem" in read) throw new StartFailure(`The ${what} ${read.problem} Nothing was written.`);
    if (found[name] !== undefined && !/^[\w.+/=-]+$/.test(found[name]))
      throw new StartFailure(
        `The ${what} is not usable: it holds characters that no such token has. Copy it again. Nothing was written.`,
      );
  }
  const { SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: app, SLACK_SIGNING_SECRET: signing } = found;
  if (bot === undefined)
    throw new StartFailure("The Bot User OAuth Token (SLACK_BOT_TOKEN) is missing. Nothing was written.");
  if (app === undefined && signing === undefined)
    throw new StartFailure(
      "The App-Level Token (SLACK_APP_TOKEN, for Socket Mode) or the Signing Secret (SLACK_SIGNING_SECRET, for HTTP) is missing. Nothing was written.",
    );
  return { ...found, SLACK_BOT_TOKEN: bot };
}
