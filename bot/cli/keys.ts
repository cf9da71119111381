import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { type Command, InvalidArgumentError } from "commander";
import { type KeyRow, listKeys, revokeKey, saveKey } from "#db/keys.ts";
import { StartFailure } from "#engine/errors.ts";
import { inOffice } from "./office.ts";
import { print, say } from "./print.ts";
import { common } from "./projects.ts";
import type { Terminal } from "./terminal.ts";

type Common = { readonly json?: boolean; readonly workspace?: string };
type Creating = Common & {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly person?: string;
  readonly expires?: number;
};

const DAY_MS = 24 * 3_600_000;
const SHOWN = 10;

/** `key create|list|revoke`: keys for programs. A key is shown once and kept as a keyed hash. */
export function addKeys(program: Command, terminal: Terminal): void {
  const key = program.command("key").description("Keys for programs that call the API");
  common(key.command("create").description("Make a key; it is shown once"))
    .requiredOption("--name <name>", "what it is for")
    .requiredOption("--scopes <a,b>", "what it may do, such as goals:read,goals:write", readScopes)
    .option(
      "--person <id>",
      "the Slack user that it acts for; without one it is an agent's and answers nothing",
    )
    .option("--expires <days>", "how many days it holds, such as 30d", readDays)
    .action((options: Creating) => create(terminal, options));
  common(key.command("list").description("List the keys")).action((options: Common) =>
    inOffice(terminal, async ({ sql, workspace }) => {
      const keys = await listKeys(sql, (await workspace(options.workspace)).workspaceId);
      print(terminal, options.json, keys, {
        head: ["key", "name", "scopes", "for", "state"],
        rows: keys.map((one) => [
          `${one.prefix}…`,
          one.name,
          one.scopes.join(","),
          one.personId ?? "an agent",
          stateOf(one),
        ]),
        none: "No keys yet.",
      });
    }),
  );
  common(key.command("revoke").description("Take a key back, at once"))
    .argument("<key>", "its first letters, as the list shows them, or its id")
    .action((name: string, options: Common) =>
      inOffice(terminal, async ({ sql, workspace }) => {
        const { workspaceId } = await workspace(options.workspace);
        if (!(await revokeKey(sql, workspaceId, name.replace("…", ""))))
          throw new StartFailure(
            `There is no key “${name}” that still holds. ./countersign key list shows them.`,
          );
        say(terminal, options.json, { revoked: name }, "Revoked.");
      }),
    );
}

async function create(
  terminal: Terminal,
  { name, scopes, person, expires, ...options }: Creating,
): Promise<void> {
  await inOffice(terminal, async ({ config, sql, workspace }) => {
    const { workspaceId } = await workspace(options.workspace);
    const key = `cs_${randomBytes(24).toString("base64url")}`;
    const hash = createHmac("sha256", config.secret).update(key).digest("hex");
    const expiresAt = expires === undefined ? null : new Date(Date.now() + expires * DAY_MS);
    const kept = {
      id: randomUUID(),
      workspaceId,
      name,
      prefix: key.slice(0, SHOWN),
      scopes,
      personId: person ?? null,
      expiresAt,
    };
    await saveKey(sql, { ...kept, hash });
    say(
      terminal,
      options.json,
      { ...kept, key },
      key,
      "It is shown only now. Keep it where secrets are kept.",
    );
  });
}

function stateOf({ revokedAt, expiresAt }: KeyRow): string {
  if (revokedAt) return "revoked";
  if (expiresAt && expiresAt.getTime() < Date.now()) return "expired";
  return expiresAt ? `until ${expiresAt.toISOString().slice(0, 10)}` : "holds";
}

function readScopes(text: string): readonly string[] {
  const scopes = text.split(",").map((scope) => scope.trim());
  if (!scopes.every((scope) => /^[a-z]+(:[a-z]+)?$/.test(scope)))
    throw new InvalidArgumentError("write words with commas between them, such as goals:read,goals:write.");
  return scopes;
}

function readDays(text: string): number {
  const [, days] = /^(\d{1,4})d?$/.exec(text) ?? [];
  if (days === undefined || Number(days) === 0)
    throw new InvalidArgumentError("write a number of days, such as 30d.");
  return Number(days);
}
