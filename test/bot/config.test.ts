import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readConfig, redacted, secretsOf } from "#bot/config.ts";
import { StartFailure } from "#engine/errors.ts";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "countersign-config-"));
});

afterEach(() => rm(dir, { recursive: true }));

const read = (env: Record<string, string> = {}) => readConfig({ env, dir });

const SECRET = "0123456789abcdef0123456789abcdef";

describe("What is set nowhere", () => {
  test("has the documented defaults, and is enough to start", () => {
    expect(read()).toMatchObject({
      host: "127.0.0.1",
      port: 3000,
      dataDir: join(dir, ".data"),
      databaseUrl: null,
      publicUrl: null,
      slack: { kind: "local" },
      models: { model: undefined, anthropicApiKey: undefined },
      agents: {},
      api: { authMode: "keys", rateLimit: 600, allowedIps: [], trustedProxies: [], corsOrigins: [] },
      warnings: [],
    });
  });

  test("is named for production, most important first", () => {
    expect(read().missingForProduction).toEqual([
      "SLACK_BOT_TOKEN with SLACK_APP_TOKEN or SLACK_SIGNING_SECRET",
      "DATABASE_URL",
      "COUNTERSIGN_SECRET",
      "ANTHROPIC_API_KEY or OPENAI_API_KEY",
    ]);
  });

  test("is not missed where everything is set", () => {
    const env = {
      SLACK_BOT_TOKEN: "xoxb-1",
      SLACK_APP_TOKEN: "xapp-1",
      DATABASE_URL: "postgres://u:p@db/c",
      COUNTERSIGN_SECRET: SECRET,
      OPENAI_API_KEY: "k",
    };
    expect(read(env).missingForProduction).toEqual([]);
  });
});

describe("The secret", () => {
  test("is made once, for the owner's eyes only", async () => {
    const { secret, dataDir } = read();
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(join(dataDir, "secret"))).mode & 0o777).toBe(0o600);
    expect(read().secret).toBe(secret);
  });

  test("comes from the environment where it is set, and then no file is made", async () => {
    expect(read({ COUNTERSIGN_SECRET: SECRET }).secret).toBe(SECRET);
    await expect(stat(join(dir, ".data"))).rejects.toThrow("ENOENT");
  });

  test("that was emptied is not replaced: what it encrypted would be lost", async () => {
    const { dataDir } = read();
    await writeFile(join(dataDir, "secret"), "");
    expect(() => read()).toThrow(/does not hold a secret any more: bring it back from a backup/);
  });

  test("needs a data folder that is a folder", async () => {
    await writeFile(join(dir, "taken"), "");
    expect(() => read({ DATA_DIR: "taken" })).toThrow(
      /^The data folder .*taken cannot be used \(EEXIST\): .*set DATA_DIR to another folder/,
    );
  });
});

describe("Where settings come from", () => {
  test("the environment wins over .env, which wins over countersign.yaml", async () => {
    await writeFile(join(dir, "countersign.yaml"), "port: 1001\nHOST: 127.0.0.3\nops_channel: C01YAML\n");
    await writeFile(join(dir, ".env"), 'PORT=1002\nHOST="127.0.0.2"\n');
    expect(read({ PORT: "1003" })).toMatchObject({ port: 1003, host: "127.0.0.2", opsChannel: "C01YAML" });
  });

  test("an empty value is unset, so that the next source counts", async () => {
    await writeFile(join(dir, ".env"), "PORT=1002\n");
    expect(read({ PORT: "" }).port).toBe(1002);
  });

  test("the yaml file limits agents by kind", async () => {
    await writeFile(join(dir, "countersign.yaml"), "agents:\n  command: { max_concurrent: 4 }\n");
    expect(read().agents).toEqual({ command: { maxConcurrent: 4 } });
  });

  test("a relative DATA_DIR is meant from the working directory", () => {
    expect(read({ DATA_DIR: "some/where", COUNTERSIGN_SECRET: SECRET }).dataDir).toBe(
      join(dir, "some/where"),
    );
  });
});

describe("Which Slack", () => {
  const bot = { SLACK_BOT_TOKEN: "xoxb-1", COUNTERSIGN_SECRET: SECRET };

  test("an app token means Socket Mode, and needs no signing secret", () => {
    expect(read({ ...bot, SLACK_APP_TOKEN: "xapp-1" }).slack).toEqual({
      kind: "socket",
      botToken: "xoxb-1",
      appToken: "xapp-1",
      signingSecret: null,
    });
  });

  test("a signing secret alone means HTTP", () => {
    expect(read({ ...bot, SLACK_SIGNING_SECRET: "s" }).slack.kind).toBe("http");
  });

  test("no tokens on an address that others reach means none, and says how to have local-slack", () => {
    const { slack, warnings } = read({ HOST: "0.0.0.0" });
    expect(slack).toEqual({ kind: "none" });
    expect(warnings).toEqual([
      expect.stringMatching(/^HOST is 0\.0\.0\.0, .*local-slack will not exist.*HOST=127\.0\.0\.1.*ssh -L/),
    ]);
  });

  test.each(["localhost", "::1", "127.0.0.2"])("%s is this machine alone", (host) => {
    expect(read({ HOST: host }).slack.kind).toBe("local");
  });
});

describe("What is wrong is said with what to do", () => {
  const bot = { SLACK_BOT_TOKEN: "xoxb-1" };
  const refused: readonly (readonly [Record<string, string>, RegExp])[] = [
    [
      { PORT: "99999" },
      /PORT \(from the environment\) is "99999": it must be a whole number from 0 to 65535/,
    ],
    [{ PORT: "3000x" }, /PORT .* is "3000x"/],
    [{ PORT: "-1" }, /PORT .* is "-1"/],
    [{ HOST: "http://localhost" }, /HOST .* must be an address or a host name of this machine/],
    [{ DATABASE_URL: "mysql://u:geheim@h/d" }, /DATABASE_URL .* is not usable: it must be .*postgres:\/\//],
    [{ DATABASE_URL: "postgres://u:100%@h/d" }, /DATABASE_URL .*is written %25/],
    [{ DATABASE_URL: "postgres://u:%ff@h/d" }, /DATABASE_URL .*is written %25/],
    [{ PUBLIC_URL: "bot.example.com" }, /PUBLIC_URL .* is "bot.example.com": .*https:\/\//],
    [{ COUNTERSIGN_SECRET: "short" }, /COUNTERSIGN_SECRET .* at least 16 characters.*openssl rand -hex 32/],
    [{ SLACK_BOT_TOKEN: "xoxp-1", SLACK_APP_TOKEN: "xapp-1" }, /SLACK_BOT_TOKEN .* begins with "xoxb-"/],
    [{ ...bot, SLACK_APP_TOKEN: "xoxb-1" }, /SLACK_APP_TOKEN .* begins with "xapp-"/],
    [bot, /SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is needed beside SLACK_BOT_TOKEN/],
    [{ SLACK_SIGNING_SECRET: "s" }, /SLACK_BOT_TOKEN is not set, but SLACK_SIGNING_SECRET is/],
    [{ SLACK_APP_TOKEN: "xapp-1" }, /SLACK_BOT_TOKEN is not set, but SLACK_APP_TOKEN is/],
    [{ SLACK_API_URL: "http://127.0.0.1:1/api" }, /SLACK_BOT_TOKEN is not set, but SLACK_API_URL is/],
    [{ OPS_CHANNEL: "#ops" }, /OPS_CHANNEL .* is "#ops": it must be a channel's id, such as C0123456789/],
    [{ SLACK_DEFAULT_CHANNEL: "general" }, /SLACK_DEFAULT_CHANNEL .* a channel's id/],
    [{ MODEL: "gpt-5" }, /MODEL .* is "gpt-5": it must be provider:model/],
    [{ MODEL: "anthropic:claude-opus-5-5" }, /MODEL names a model of Anthropic: set ANTHROPIC_API_KEY too/],
    [{ MODEL: "openai:gpt-5" }, /MODEL names a model of OpenAI: set OPENAI_API_KEY too, or OPENAI_BASE_URL/],
    [{ OPENAI_BASE_URL: "http://127.0.0.1:8080/v1" }, /MODEL is needed beside OPENAI_BASE_URL/],
    [{ OPENAI_BASE_URL: "ftp://x", MODEL: "openai:m" }, /OPENAI_BASE_URL .* it must be a web address/],
    [{ NODE_ENV: "production" }, /COUNTERSIGN_SECRET must be set in production/],
  ];

  test.each(refused)("%j", (env, sentence) => {
    expect(() => read(env)).toThrow(StartFailure);
    expect(() => read(env)).toThrow(sentence);
  });

  const badYaml: readonly (readonly [string, RegExp])[] = [
    ["prot: 3000", /prot is not a setting that countersign.yaml can have: did you mean "port"\?/],
    ["slack-bot-token: x", /slack-bot-token is not a setting .* did you mean "slack_bot_token"\?/],
    ["colour_of_the_bikeshed: red", /colour_of_the_bikeshed is not a setting .*: remove it/],
    ["port: 3000\nPORT: 3001", /PORT is set twice in countersign.yaml/],
    ["port: [1, 2]", /PORT must be one text or number/],
    ["port: 70000", /PORT \(from countersign.yaml\) is "70000"/],
    ["- port", /countersign.yaml must hold lines such as/],
    ["port: 'x", /countersign.yaml is not valid YAML: .*line 1/],
    ["agents: 4", /agents must be written as \{ command: \{ max_concurrent: 4 \} \}/],
    ["agents: { comand: { max_concurrent: 1 } }", /agents.comand is not .* did you mean "agents.command"\?/],
    ["agents: { command: { max_concurrent: 0 } }", /agents.command must be .* from 1 to 1000/],
    ["agents: { command: { max: 1 } }", /agents.command must be written as \{ max_concurrent: 4 \}/],
  ];

  test.each(badYaml)("countersign.yaml: %j", async (text, sentence) => {
    await writeFile(join(dir, "countersign.yaml"), text);
    expect(() => read()).toThrow(sentence);
  });

  test("everything at once, one line each, and nothing is made", async () => {
    await writeFile(join(dir, ".env"), "PORT=x\n");
    const failed = () => read({ MODEL: "y", SLACK_SIGNING_SECRET: "z" });
    expect(failed).toThrow(/^3 settings are wrong, so Countersign does not start:\n( {2}\S.*\n){2} {2}\S.*$/);
    expect(failed).toThrow(/PORT \(from \.env\)/);
    await expect(stat(join(dir, ".data"))).rejects.toThrow("ENOENT");
  });

  test.each(["DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "COUNTERSIGN_SECRET"])(
    "without the value of %s, which is secret",
    (name) => {
      const failed = () => read({ [name]: "geheim" });
      expect(failed).toThrow(name);
      expect(failed).not.toThrow(/geheim/);
    },
  );

  test.skipIf(process.getuid?.() === 0)("a .env that cannot be read", async () => {
    await writeFile(join(dir, ".env"), "PORT=1\n");
    await chmod(join(dir, ".env"), 0);
    expect(() => read()).toThrow(/\.env cannot be read .*make it readable, or remove it/);
  });
});

test("A redacted config shows every setting and no secret", async () => {
  const config = read({
    SLACK_BOT_TOKEN: "xoxb-geheim1",
    SLACK_APP_TOKEN: "xapp-geheim2",
    SLACK_SIGNING_SECRET: "geheim3",
    DATABASE_URL: "postgres://user:geheim%2F4@db.example.com/countersign",
    ANTHROPIC_API_KEY: "geheim5",
    OPENAI_API_KEY: "geheim6",
  });
  const shown = JSON.stringify(redacted(config));
  expect(shown).not.toContain("geheim");
  expect(shown).not.toContain((await readFile(join(config.dataDir, "secret"), "utf8")).trim());
  expect(shown).toContain("db.example.com/countersign");
  expect(secretsOf(config)).toContain("geheim/4");
});
