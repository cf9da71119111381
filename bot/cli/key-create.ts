import { randomUUID } from "node:crypto";
import { type Command, InvalidArgumentError } from "commander";
import { type KeyRow, saveKey } from "#db/keys.ts";
import { Refusal } from "#engine/errors.ts";
import { hashApiKey, newApiKey } from "../api-keys.ts";
import { SCOPES, type Scope } from "../outside/requests/asking.ts";
import { checkMember } from "./check-member.ts";
import { inOffice } from "./office.ts";
import type { Operator } from "./operator.ts";
import { type Common, inWorkspace, readPerson } from "./options.ts";
import { print, timeOf } from "./print.ts";
import { projectNamed } from "./project-of.ts";
import { toKey } from "./wire.ts";

type Options = Common & {
  readonly name?: string;
  readonly scopes: readonly Scope[];
  readonly person?: string;
  readonly owner?: string;
  readonly project?: string;
  readonly expires?: number;
};

const HOUR_MS = 3_600_000;
const UNITS_MS = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS, y: 365 * 24 * HOUR_MS } as const;

/** `key create`: the key itself is printed once, and kept only as a keyed hash. */
export function addKeyCreate(key: Command, operator: Operator): void {
  inWorkspace(key.command("create"))
    .description("Make a key; it is shown this once")
    .requiredOption("--scopes <a,b>", `what it may do, of ${SCOPES.join(", ")}`, readScopes)
    .option("--name <name>", "what it is for, as key list shows it; an agent is called so", readName)
    .option("--person <id>", "whose word it speaks; without one it is an agent's", readPerson)
    .option(
      "--owner <id>",
      "who stands for the agent: goals are theirs, and they don't approve it",
      readPerson,
    )
    .option("--project <name>", "the only project that it reaches (all of them)")
    .option("--expires <time>", "how long it holds, such as 12h, 30d, 4w or 1y (for ever)", readTime)
    .action((options: Options) => create(operator, options));
}

async function create(operator: Operator, options: Options): Promise<void> {
  const { person, owner } = options;
  checkWords(options);
  await inOffice(operator, options, async (office) => {
    const { config, sql, workspaceId } = office;
    const project = options.project === undefined ? null : await projectNamed(office, options.project);
    for (const id of [person, owner]) if (id !== undefined) await checkMember(config, workspaceId, id);
    const { key, prefix } = newApiKey();
    const kept = toKept(options, { workspaceId, prefix, projectId: project?.id ?? null });
    await saveKey(sql, { ...kept, hash: hashApiKey(config.secret, key) });
    const until =
      kept.expiresAt === null ? "It holds until it is revoked." : `It holds until ${timeOf(kept.expiresAt)}.`;
    print(operator, options, {
      value: { ...toKey(kept, project?.name ?? null), key },
      lines: [key, `Shown only now: keep it where secrets are kept. ${until}`, ...hints(options)],
    });
  });
}

function toKept(
  { name, scopes, person, owner, expires }: Options,
  more: Pick<KeyRow, "workspaceId" | "prefix" | "projectId">,
): KeyRow {
  return {
    ...{ ...more, id: randomUUID(), name: name ?? person ?? "agent", scopes },
    ...{ personId: person ?? null, ownerId: owner ?? null, revokedAt: null },
    expiresAt: expires === undefined ? null : new Date(Date.now() + expires),
  };
}

/** Answers are a person's: a key of nobody's must not give them. Work is an agent's: a person's steps come by Slack. */
function checkWords({ scopes, person, owner }: Options): void {
  if (scopes.includes("respond") && person === undefined)
    throw new Refusal(
      "bad_input",
      "The scope “respond” answers questions, and only people do: name whose word it is with --person U….",
    );
  if (scopes.includes("work") && person !== undefined)
    throw new Refusal(
      "bad_input",
      "The scope “work” takes work as an agent, which no person's key does: make a second key without --person.",
    );
  if (owner !== undefined && person !== undefined)
    throw new Refusal(
      "bad_input",
      "A person's key needs no owner: give --person for a person's word, or --owner for an agent that somebody stands for.",
    );
}

/** What would be refused later, and is better known now. */
const hints = ({ scopes, person, owner }: Options): readonly string[] =>
  scopes.includes("goals") && person === undefined && owner === undefined
    ? ["Without --owner it can read goals but submit none: somebody must stand for what an agent wants done."]
    : [];

function readScopes(text: string): readonly Scope[] {
  const words = [...new Set(text.split(",").map((word) => word.trim()))];
  return words.map((word) => {
    const scope = SCOPES.find((known) => known === word);
    if (scope === undefined)
      throw new InvalidArgumentError(
        `“${word}” is no scope. What there is, with commas between: ${SCOPES.join(", ")}.`,
      );
    return scope;
  });
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
