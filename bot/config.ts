import { resolve } from "node:path";
import { StartFailure } from "#engine/errors.ts";
import { type ApiConfig, apiOf } from "./config/api.ts";
import type { Problem } from "./config/problem.ts";
import { type ProjectConfig, readProjects } from "./config/projects.ts";
import {
  checkCallbacks,
  checkModel,
  missingForProduction,
  type SlackConfig,
  slackOf,
  warningsOf,
} from "./config/rules.ts";
import { readSecret } from "./config/secret.ts";
import { gatherSettings, type Settings } from "./config/sources.ts";
import { type Name, readVariable, type Values } from "./config/variables.ts";
import type { Agents } from "./config/yaml.ts";

/** Everything that an operator can set. Holds secrets: `redacted` is for logs. Null is unset. */
export type Config = {
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  /** Null: the embedded Postgres. */
  readonly databaseUrl: string | null;
  readonly publicUrl: string | null;
  readonly secret: string;
  readonly slack: SlackConfig;
  readonly slackApiUrl: string | null;
  readonly slackDefaultChannel: string | null;
  readonly opsChannel: string | null;
  readonly api: ApiConfig;
  /** Whether callbacks and webhooks may go to loopback and private addresses. */
  readonly callbackAllowPrivate: boolean;
  /** As `chooseModel` takes them: undefined is unset. */
  readonly models: {
    readonly model: string | undefined;
    readonly anthropicApiKey: string | undefined;
    readonly anthropicBaseUrl: string | undefined;
    readonly openaiApiKey: string | undefined;
    readonly openaiBaseUrl: string | undefined;
  };
  readonly agents: Agents;
  /** The accounts in Jira and Confluence that are set for all projects; undefined is unset. */
  readonly accounts: Readonly<Record<"jira" | "confluence", Account>>;
  /** What the settings' file says of projects, by their names. */
  readonly projects: Readonly<Record<string, ProjectConfig>>;
  /** What stands in the start's line "missing for production: …". */
  readonly missingForProduction: readonly string[];
  readonly warnings: readonly string[];
};

type Account = {
  readonly url: string | undefined;
  readonly username: string | undefined;
  readonly token: string | undefined;
};

type Env = Readonly<Record<string, string | undefined>>;

/** The channel that every local-slack begins with. */
const LOCAL_CHANNEL = "C01GENERAL";

const DEFAULTS = { PORT: "3000", HOST: "127.0.0.1", DATA_DIR: ".data" } as const;

/**
 * Reads the environment, `.env` and `countersign.yaml` in `dir` (the earlier wins), and makes the secret where none is
 * set. Throws one `StartFailure` that names everything that is wrong. With NODE_ENV=production the secret must be set.
 */
export function readConfig({ env, dir }: { readonly env: Env; readonly dir: string }): Config {
  const settings = gatherSettings(env, dir);
  const problems = [...settings.problems];
  const values: Values = { ...DEFAULTS, ...readValues(settings, problems) };
  const slack = slackOf(values, problems);
  checkModel(values, problems);
  const api = apiOf(values, { isProduction: env["NODE_ENV"] === "production" }, problems);
  if (env["NODE_ENV"] === "production" && !settings.texts.has("COUNTERSIGN_SECRET"))
    problems.push({
      name: "COUNTERSIGN_SECRET",
      sentence:
        'must be set in production (NODE_ENV=production): for example to what "openssl rand -hex 32" prints.',
    });
  checkCallbacks(values, env["NODE_ENV"] === "production", problems);
  const projects = readProjects(settings.projects, values, problems);
  if (problems.length > 0) throw failure(problems);
  const dataDir = resolve(dir, values.DATA_DIR ?? DEFAULTS.DATA_DIR);
  return {
    ...plainValues(values),
    slackDefaultChannel: values.SLACK_DEFAULT_CHANNEL ?? (slack.kind === "local" ? LOCAL_CHANNEL : null),
    dataDir,
    slack,
    api,
    secret: values.COUNTERSIGN_SECRET ?? readSecret(dataDir),
    agents: settings.agents,
    projects,
    missingForProduction: missingForProduction(values, slack),
    warnings: warningsOf(values, slack, api),
  };
}

function readValues({ texts }: Settings, problems: Problem[]): Values {
  const values: { [N in Name]?: string } = {};
  for (const [name, { text, from }] of texts) {
    const read = readVariable(name, text);
    if ("value" in read) values[name] = read.value;
    else problems.push({ name: `${name} (from ${from})`, sentence: read.problem });
  }
  return values;
}

function plainValues(values: Values) {
  return {
    host: values.HOST ?? DEFAULTS.HOST,
    port: Number(values.PORT ?? DEFAULTS.PORT),
    databaseUrl: values.DATABASE_URL ?? null,
    publicUrl: values.PUBLIC_URL ?? null,
    slackApiUrl: values.SLACK_API_URL ?? null,
    opsChannel: values.OPS_CHANNEL ?? null,
    callbackAllowPrivate: values.CALLBACK_ALLOW_PRIVATE === "1",
    accounts: {
      jira: { url: values.JIRA_URL, username: values.JIRA_USERNAME, token: values.JIRA_API_TOKEN },
      confluence: {
        url: values.CONFLUENCE_URL,
        username: values.CONFLUENCE_USERNAME,
        token: values.CONFLUENCE_API_TOKEN,
      },
    },
    models: {
      model: values.MODEL,
      anthropicApiKey: values.ANTHROPIC_API_KEY,
      anthropicBaseUrl: values.ANTHROPIC_BASE_URL,
      openaiApiKey: values.OPENAI_API_KEY,
      openaiBaseUrl: values.OPENAI_BASE_URL,
    },
  };
}

function failure(problems: readonly Problem[]): StartFailure {
  const lines = problems.map(({ name, sentence }) => `  ${name} ${sentence}`);
  const count = problems.length === 1 ? "One setting is" : `${problems.length} settings are`;
  return new StartFailure(`${count} wrong, so Countersign does not start:\n${lines.join("\n")}`);
}

/** Everything in a config that must not be seen: for the logger. A database's password is among them. */
export function secretsOf({
  secret,
  slack,
  models,
  databaseUrl,
  projects,
  accounts,
}: Config): readonly string[] {
  const password = databaseUrl ? new URL(databaseUrl).password : "";
  const tokens = "botToken" in slack ? [slack.botToken, slack.signingSecret] : [];
  const appToken = slack.kind === "socket" ? slack.appToken : null;
  const outside = Object.values(projects).flatMap(({ jira, confluence }) => [jira?.token, confluence?.token]);
  const atlassian = [accounts.jira.token, accounts.confluence.token, ...outside];
  const keys = [secret, ...tokens, ...atlassian, appToken, models.anthropicApiKey, models.openaiApiKey];
  return [...keys, password, decodeURIComponent(password)]
    .filter((text) => text !== null && text !== undefined)
    .filter((text) => text !== "");
}

/** The config with every secret replaced by "[secret]". */
export function redacted(config: Config): unknown {
  const secrets = secretsOf(config);
  return JSON.parse(JSON.stringify(config), (_, value: unknown) =>
    typeof value === "string"
      ? secrets.reduce((text, secret) => text.replaceAll(secret, "[secret]"), value)
      : value,
  );
}
