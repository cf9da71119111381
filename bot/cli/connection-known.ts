import { z } from "zod";
import { type ConnectionRow, connectionOf } from "#db/connections.ts";
import { Refusal, StartFailure } from "#engine/errors.ts";
import type { Connected } from "../config/projects.ts";
import type { Config } from "../config.ts";
import { createSecrets } from "../outside/deliveries/secrets.ts";
import { aboutConnection } from "../sync/connected.ts";
import { NAME_OF } from "../sync/system-names.ts";
import type { Office } from "./office.ts";
import type { Operator } from "./operator.ts";
import { readToken } from "./read-token.ts";
import type { Kind, Loose, Said } from "./system-kind.ts";

type Account = { readonly url: string; readonly username: string };

/** What is known of a connection before anything is said. `token` is read only where it is needed. */
export type Known = { readonly settings: Loose; readonly token: (() => string) | null };

/** What countersign.yaml says of a project; null where it says nothing. */
export function knownFromFile(config: Config, system: "jira" | "confluence", project: string): Known | null {
  const connected: Connected<Loose> | null = config.projects[project]?.[system] ?? null;
  return connected && { settings: connected.settings, token: () => connected.token };
}

/** What the database keeps of a project's connection; null where it keeps none. */
export async function knownFromDatabase(
  { config, sql, workspaceId }: Office,
  system: "jira" | "confluence",
  projectId: string,
): Promise<Known | null> {
  const row = await connectionOf(sql, workspaceId, projectId, system);
  if (!row) return null;
  const settings = z.record(z.string(), z.unknown()).parse(row.settings);
  return { settings, token: () => decrypted(config, row) };
}

function decrypted({ secret }: Config, row: ConnectionRow): string {
  try {
    return createSecrets(secret).decrypt(row.token, aboutConnection(row));
  } catch (cause) {
    throw new StartFailure(
      "The API token that is kept can't be read: it was kept under another COUNTERSIGN_SECRET. Give it once more with --token-stdin.",
      { cause },
    );
  }
}

/**
 * The connection that is meant: what is said on the command line before what is known, before JIRA_URL and its like. A token goes
 * only to the site and account that it is for; where none is known it is asked for. Refuses what can't be used, all at once.
 */
export async function meantConnection<Options extends Said, Settings extends Account>(
  operator: Operator,
  kind: Kind<Options, Settings>,
  {
    config,
    known,
    options,
  }: { readonly config: Config; readonly known: Known | null; readonly options: Options },
): Promise<Connected<Settings>> {
  const account = config.accounts[kind.system];
  const before = { ...present({ url: account.url, username: account.username }), ...known?.settings };
  const { url, username } = options;
  const settings = readSettings(kind, {
    ...before,
    ...kind.said(options, before),
    ...present({ url, username }),
  });
  if (options.tokenStdin !== true) {
    if (known?.token && isFor(known.settings, settings)) return { settings, token: known.token() };
    if (account.token !== undefined && isFor(account, settings)) return { settings, token: account.token };
  }
  return {
    settings,
    token: await readToken(operator, `API token of ${settings.username} for ${settings.url}`),
  };
}

const present = (settings: Loose): Loose =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

/** Whether a token that was given for one site and account may go to these. What was not given is for any. */
function isFor(
  given: { readonly url?: unknown; readonly username?: unknown },
  { url, username }: Account,
): boolean {
  const isSite = given.url === undefined || new URL(String(given.url)).origin === url;
  return isSite && (given.username === undefined || given.username === username);
}

function readSettings<Options extends Said, Settings extends Account>(
  { system, read, flags }: Kind<Options, Settings>,
  wanted: Loose,
): Settings {
  try {
    return read(wanted);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const lines = error.issues.map(({ path, message }) => {
      const [first = "", ...more] = path.map(String);
      const variable =
        first === "url" || first === "username" ? `, or ${system.toUpperCase()}_${first.toUpperCase()}` : "";
      const inside = more.length > 0 ? ` (${more.join(".")})` : "";
      return `  ${flags[first] ?? first}${variable}${inside}: ${wanted[first] === undefined ? "must be said" : message}`;
    });
    const heading = `${NAME_OF[system]} can't be connected like this. Nothing was changed:`;
    throw new Refusal("bad_input", [heading, ...lines].join("\n"));
  }
}
