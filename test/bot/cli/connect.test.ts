import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { countersign, countersignJson } from "#test/support/cli.ts";
import { type StartedSlack, startLocalSlack } from "#test/support/local-slack.ts";

const COMMAND = fileURLToPath(new URL("../../../countersign", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "countersign-connect-"));
const env = join(home, ".env");
let slack: StartedSlack;
let tokens: { readonly bot: string; readonly app: string; readonly signing: string };

beforeAll(async () => {
  slack = await startLocalSlack();
  const { botToken, appToken, signingSecret } = slack.slack.credentials;
  tokens = { bot: botToken, app: appToken, signing: signingSecret };
});
beforeEach(() => rmSync(env, { force: true }));
afterAll(async () => {
  await slack.close();
  rmSync(home, { recursive: true });
});

const withSlack = (more: Readonly<Record<string, string>> = {}) => ({
  home,
  env: { SLACK_API_URL: slack.apiUrl, ...more },
});

function fileOf(name: string, text: string): string {
  writeFileSync(join(home, name), text);
  return name;
}

describe("countersign connect", () => {
  test("takes tokens from files, tests them, keeps every other line, and lets nobody else read the file", async () => {
    writeFileSync(
      env,
      "# ours\nPORT=4000\nexport SLACK_BOT_TOKEN=xoxb-old\nSLACK_SIGNING_SECRET=old\nMODEL=openai:x",
      {
        mode: 0o644,
      },
    );
    const { code, stdout, stderr } = await countersign(
      withSlack(),
      ...["connect", "--bot-token-file", fileOf("bot", `${tokens.bot}\n`)],
      ...["--app-token-file", fileOf("app", tokens.app)],
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readFileSync(env, "utf8")).toBe(
      `# ours\nPORT=4000\nMODEL=openai:x\nSLACK_BOT_TOKEN=${tokens.bot}\nSLACK_APP_TOKEN=${tokens.app}\n`,
    );
    expect(statSync(env).mode & 0o777).toBe(0o600);
    expect(stdout).toMatch(/Connected to Local \(T01LOCAL\) as @countersign, by Socket Mode/);
    expect(stdout).toMatch(/\/invite @countersign\n {2}\/goal help/);
    expect(stdout).not.toContain(tokens.bot);
    expect(readdirSync(home).filter((name) => name.includes(".new"))).toEqual([]);
  });

  test("takes them from the environment; with a signing secret it is HTTP, and says what that needs", async () => {
    const where = withSlack({ SLACK_BOT_TOKEN: tokens.bot, SLACK_SIGNING_SECRET: tokens.signing });
    expect(await countersignJson(where, "connect")).toEqual({
      ...{ workspace_id: "T01LOCAL", workspace: "Local", bot: "countersign", way: "http" },
      ...{ env_file: env, missing_scopes: [] },
    });
    expect(readFileSync(env, "utf8")).toBe(
      `SLACK_BOT_TOKEN=${tokens.bot}\nSLACK_SIGNING_SECRET=${tokens.signing}\n`,
    );
    expect((await countersign(where, "connect")).stdout).toMatch(/Set PUBLIC_URL too/);
  });

  const refused = (bot: string, app: string) =>
    countersign(withSlack({ SLACK_BOT_TOKEN: bot, SLACK_APP_TOKEN: app }), "connect");

  test("writes nothing where Slack refuses a token, and says which", async () => {
    expect(await refused("xoxb-wrong", tokens.app)).toMatchObject({
      ...{ code: 1, stdout: "" },
      stderr: expect.stringMatching(/^Slack does not take SLACK_BOT_TOKEN \(invalid_auth\)/),
    });
    expect(await refused(tokens.bot, "xapp-wrong")).toMatchObject({
      ...{ code: 1, stdout: "" },
      stderr: expect.stringMatching(/^Slack does not take SLACK_APP_TOKEN \(invalid_auth\)/),
    });
    expect(readdirSync(home)).not.toContain(".env");
  });

  test.each([
    ["half of what is needed", { SLACK_BOT_TOKEN: "xoxb-1" }, /App-Level Token .* is missing/],
    ["no bot token", { SLACK_APP_TOKEN: "xapp-1" }, /Bot User OAuth Token .* is missing/],
    ["the tokens exchanged", { SLACK_BOT_TOKEN: "xapp-1", SLACK_APP_TOKEN: "xoxb-1" }, /begins with "xoxb-"/],
    [
      "what would be another line in .env",
      { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1\nPORT=1" },
      /characters that no such token has/,
    ],
    ["nothing, without a terminal", {}, /there is no terminal to ask at.*--bot-token-file/],
  ])("refuses %s", async (_, given, why) => {
    const { code, stderr } = await countersign(withSlack(given), "connect");
    expect(code).toBe(1);
    expect(stderr).toMatch(why);
    for (const token of Object.values(given)) expect(stderr).not.toContain(token);
    expect(readdirSync(home)).not.toContain(".env");
  });

  test("a file that is not there is said", async () => {
    const { code, stderr } = await countersign(withSlack(), "connect", "--bot-token-file", "none");
    expect(code).toBe(1);
    expect(stderr).toMatch(/none can't be read \(ENOENT\)/);
  });
});

/** A terminal around a command, by util-linux. */
function atTerminal(
  answers: readonly string[],
): Promise<{ readonly code: number | null; readonly seen: string }> {
  const line = `${COMMAND} -C ${home} connect`;
  const child = spawn("script", ["--quiet", "--return", "--echo", "always", "--command", line, "/dev/null"], {
    env: { PATH: process.env["PATH"], HOME: home, SLACK_API_URL: slack.apiUrl },
  });
  let seen = "";
  const left = [...answers];
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    seen += more;
    if (/\): $/.test(seen) && left.length > 0) child.stdin.write(left.shift() ?? "");
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve({ code, seen }));
  });
}

const hasScript = spawnSync("script", ["--version"]).status === 0;

describe.skipIf(!hasScript)(
  hasScript ? "At a terminal" : "skipped: there is no `script` (util-linux) to make a terminal with",
  () => {
    test("it asks, and shows nothing of what is pasted", async () => {
      const { code, seen } = await atTerminal([`${tokens.bot}\r`, `${tokens.app}\r`]);
      expect(seen).toMatch(/Connected to Local/);
      expect(code).toBe(0);
      expect(seen).not.toContain(tokens.bot.slice(5));
      expect(seen).not.toContain(tokens.app.slice(5));
      expect(readFileSync(env, "utf8")).toBe(
        `SLACK_BOT_TOKEN=${tokens.bot}\nSLACK_APP_TOKEN=${tokens.app}\n`,
      );
    });

    test("Ctrl-C leaves everything as it was", async () => {
      const { code, seen } = await atTerminal([`${tokens.bot}\r`, "\u0003"]);
      expect(code).toBe(1);
      expect(seen).toMatch(/Nothing was written/);
      expect(readdirSync(home)).not.toContain(".env");
    });
  },
);
