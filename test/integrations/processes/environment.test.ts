import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandEnvironment, commandPath } from "#integrations/processes/environment.ts";
import { freshFolder } from "#test/support/place-to-work.ts";

function folderWithNode(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "node"), "");
  chmodSync(join(folder, "node"), 0o755);
  return folder;
}

describe("the environment of a command", () => {
  it("has what is on the list and what is added, and nothing of ours", () => {
    const parent = {
      ...{
        PATH: "/usr/bin",
        HOME: "/home/ann",
        LANG: "C",
        LC_TIME: "de_DE",
        TZ: "UTC",
        USER: "ann",
        SHELL: "/bin/sh",
      },
      ...{
        TMPDIR: "/tmp",
        TERM: "xterm",
        NODE_OPTIONS: "--inspect",
        npm_config_token: "t",
        DATABASE_URL: "postgres://",
      },
      ...{
        SLACK_BOT_TOKEN: "xoxb",
        ANTHROPIC_API_KEY: "k",
        COUNTERSIGN_SECRET: "s",
        SSH_AUTH_SOCK: "/s",
        EMPTY: undefined,
      },
    };
    expect(commandEnvironment(parent, { VERSION: "1.2.3", LEFT_OUT: undefined })).toEqual({
      ...{
        PATH: "/usr/bin",
        HOME: "/home/ann",
        LANG: "C",
        LC_TIME: "de_DE",
        TZ: "UTC",
        USER: "ann",
        SHELL: "/bin/sh",
      },
      ...{ TMPDIR: "/tmp", TERM: "dumb", CI: "1", VERSION: "1.2.3" },
    });
  });

  it("has a PATH without what npm put there for our checkout", () => {
    const root = freshFolder();
    const checkout = join(root, "countersign");
    const ours = folderWithNode(join(checkout, "node_modules/.bin"));
    const above = join(root, "node_modules/.bin");
    const gyp = "/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin";
    const machine = folderWithNode(join(root, "bin"));
    const theirs = join(root, "elsewhere/node_modules/.bin");
    expect(commandPath([ours, above, gyp, "/node_modules/.bin", theirs, machine].join(":"), checkout)).toBe(
      `${theirs}:${machine}`,
    );
  });

  it("keeps our node where there is no other one, as the last", () => {
    const root = freshFolder();
    const checkout = join(root, "countersign");
    const ours = folderWithNode(join(checkout, "node_modules/.bin"));
    expect(commandPath(`${ours}:${root}`, checkout)).toBe(`${root}:${ours}`);
  });
});
