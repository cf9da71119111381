import { randomUUID } from "node:crypto";
import { type Command, InvalidArgumentError } from "commander";
import { type KeyRow, saveKey } from "#db/keys.ts";
import { Refusal } from "#engine/errors.ts";
import { hashApiKey, newApiKey } from "../api-keys.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace, readPerson } from "./options.ts";
import { print, timeOf } from "./print.ts";
import { toKey } from "./wire.ts";

type Options = Common & {
  readonly name?: string;
  readonly scopes: readonly string[];
  readonly person?: string;
  readonly expires?: number;
};

const HOUR_MS = 3_600_000;
const UNITS_MS = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS, y: 365 * 24 * HOUR_MS } as const;
/** Answers are a person's: a key of nobody's must not give them. */
const OF_PERSONS = "respond";

/** `key create`: the key itself is printed once, and kept only as a keyed hash. */
export function addKeyCreate(key: Command, operator: Operator): void {
  inWorkspace(key.command("create"))
    .description("Make a key; it is shown this once")
    .requiredOption("--scopes <a,b>", "what it may do, with commas between", readScopes)
    .option("--name <name>", "what it is for, as key list shows it", readName)
    .option("--person <id>", "whose word it speaks; without one it is an agent's", readPerson)
    .option("--expires <time>", "how long it holds, such as 12h, 30d, 4w or 1y (for ever)", readTime)
    .action((options: Options) => create(operator, options));
}

async function create(operator: Operator, options: Options): Promise<void> {
  const { scopes, person, expires } = options;
  if (scopes.includes(OF_PERSONS) && person === undefined)
    throw new Refusal(
      "bad_input",
      `The scope “${OF_PERSONS}” answers questions, and only people do: name whose word it is with --person U….`,
    );
  await inOffice(operator, options, async ({ config, sql, workspaceId }) => {
    const { key, prefix } = newApiKey();
    const kept: KeyRow = {
      ...{ id: randomUUID(), workspaceId, name: options.name ?? person ?? "agent", prefix, scopes },
      ...{ personId: person ?? null, ownerId: null, projectId: null, revokedAt: null },
      expiresAt: expires === undefined ? null : new Date(Date.now() + expires),
    };
    await saveKey(sql, { ...kept, hash: hashApiKey(config.secret, key) });
    const until =
      kept.expiresAt === null ? "It holds until it is revoked." : `It holds until ${timeOf(kept.expiresAt)}.`;
    print(operator, options, {
      value: { ...toKey(kept), key },
      lines: [key, `Shown only now: keep it where secrets are kept. ${until}`],
    });
  });
}

function readScopes(text: string): readonly string[] {
  const scopes = [...new Set(text.split(",").map((scope) => scope.trim()))];
  const wrong = scopes.find((scope) => !/^[a-z]+([_:.-][a-z]+)*$/.test(scope));
  if (wrong !== undefined)
    throw new InvalidArgumentError(
      `“${wrong}” is no scope: write words with commas between, such as ask,respond.`,
    );
  return scopes;
}

function readName(text: string): string {
  if (text.trim() === "" || text.length > 60)
    throw new InvalidArgumentError("Give a name of 1 to 60 characters.");
  return text.trim();
}

function readTime(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,3})([hdwy])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError("Write a time such as 12h, 30d, 4w or 1y.");
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
}
