import { createHash, randomBytes } from "node:crypto";
import type { Sql, TransactionSql } from "postgres";
import { type ConnectionRow, connectionOf, type System } from "#db/connections.ts";
import type { StreamRow } from "#db/cursors.ts";
import { loadRun } from "#db/load.ts";
import { isWanted, wantMessage } from "#db/messages.ts";
import { type Project, projectById } from "#db/places.ts";
import { beginTrouble, endTroubles, openTroubles } from "#db/troubles.ts";
import { OutsideRefusal } from "#engine/errors.ts";
import type { Brief } from "#engine/run/run.ts";
import { CredentialsLost } from "#integrations/atlassian/failure.ts";
import { type Follower, Later } from "../followers.ts";
import type { Logger } from "../logger.ts";
import { syncMendedCard, syncTroubleCard } from "../slack/blocks/sync-trouble.ts";
import { NAME_OF, SYSTEMS } from "./system-names.ts";

type Needs = { readonly sql: Sql; readonly log: Logger };

/** What only people can mend; `goesOnByItself`: it is tried again without anybody saying so. */
type Found = { readonly code: string; readonly sentence: string; readonly goesOnByItself: boolean };

/**
 * The same follower, which tells the owner of a run's project what only people can mend: once, until it has worked again. One that
 * follows into no outside system stays as it is.
 */
export function tellingOwners(follower: Follower, needs: Needs): Follower {
  const { sql, log } = needs;
  const system = SYSTEMS.find((one) => one === follower.reads);
  if (system === undefined) return follower;
  return {
    ...follower,
    async catchUp(stream, seenSeq) {
      try {
        await follower.catchUp(stream, seenSeq);
      } catch (error) {
        // What went wrong there is what its caller must hear of, also where it can't be told.
        await tellOwner(needs, system, stream, error).catch((failure: unknown) =>
          log.warn("the owner of a project could not be told", { stream: stream.id, error: failure }),
        );
        throw error;
      }
      const open = await openTroubles(sql, stream.workspaceId);
      if (open.some((one) => one.system === system)) await sql.begin((tx) => tellOfEnds(tx, system, stream));
    },
  };
}

/**
 * Tells the project's owner, else its channel, else the run's channel. Nothing where time mends it, or where they know. Resolves
 * to the message's reference.
 */
async function tellOwner(
  { sql, log }: Needs,
  system: System,
  { id, workspaceId }: StreamRow,
  error: unknown,
): Promise<string | null> {
  if (!isForPeople(error)) return null;
  const run = await loadRun(sql, workspaceId, id);
  const brief = run?.brief;
  const project = brief?.projectId ? await projectById(sql, workspaceId, brief.projectId) : null;
  const connection = project && (await connectionOf(sql, workspaceId, project.id, system));
  if (!brief || !project || !connection) return null;
  const found = whatIsWrong(error, connection, project);
  const ref = randomBytes(3).toString("hex");
  const { source: where } = connection;
  const telling = { system, project, brief, found, where, ref, runId: id };
  const told = await sql.begin((tx) => tellOnce(tx, telling));
  if (told) log.warn("only people can mend this", { ref, project: project.name, system, stream: id, error });
  return told ? ref : null;
}

type Telling = {
  readonly system: System;
  readonly project: Project;
  readonly brief: Brief;
  readonly found: Found;
  readonly where: ConnectionRow["source"];
  readonly ref: string;
  readonly runId: string;
};

async function tellOnce(tx: TransactionSql, telling: Telling): Promise<boolean> {
  const { system, project, brief, found, where, ref, runId } = telling;
  const { workspaceId, id: projectId } = project;
  const { code, sentence, goesOnByItself } = found;
  const key = createHash("sha256").update(`${code}\n${sentence}`).digest("hex").slice(0, 32);
  if (!(await beginTrouble(tx, { workspaceId, projectId, system }, { key, ref, sentence }))) return false;
  const { goalNumber } = brief;
  const desired = syncTroubleCard({ system, project, goalNumber, sentence, ref, where, goesOnByItself });
  await wantMessage(tx, {
    ...{
      workspaceId,
      key: messageKey(system, projectId, ref),
      streamId: runId,
      threadKey: null,
      rank: 1,
    },
    ...{ channelId: placeFor(project, brief), desired },
  });
  return true;
}

/** What is mended, or left out, asks for nothing any more: its message says since when. */
async function tellOfEnds(tx: TransactionSql, system: System, { id, workspaceId }: StreamRow): Promise<void> {
  for (const { projectId, ref, sentence, overAt } of await endTroubles(tx, workspaceId, system, id)) {
    const project = await projectById(tx as unknown as Sql, workspaceId, projectId);
    const key = messageKey(system, projectId, ref);
    if (!project || !(await isWanted(tx as unknown as Sql, workspaceId, key))) continue;
    const desired = syncMendedCard({ system, project, sentence, ref, at: overAt });
    // It has its place already; only what it shows is new.
    const place = { channelId: project.channelId ?? "", threadKey: null, rank: 1 } as const;
    await wantMessage(tx, { workspaceId, key, streamId: id, ...place, desired });
  }
}

const messageKey = (system: System, projectId: string, ref: string): string =>
  `trouble:${system}:${projectId}:${ref}`;

const placeFor = ({ ownerId, channelId }: Project, { channel }: Brief): string =>
  ownerId === null ? (channelId ?? channel) : `@${ownerId}`;

type ForPeople = OutsideRefusal | (Later & { readonly cause: CredentialsLost });

const isForPeople = (error: unknown): error is ForPeople =>
  error instanceof OutsideRefusal || (error instanceof Later && error.cause instanceof CredentialsLost);

function whatIsWrong(error: ForPeople, { system, source }: ConnectionRow, { name }: Project): Found {
  if (error instanceof OutsideRefusal)
    return { code: error.code, sentence: error.message, goesOnByItself: false };
  const how =
    source === "cli"
      ? `\`./countersign ${system} set ${name} --token-stdin\``
      : `\`${system.toUpperCase()}_API_TOKEN\`, and start Countersign again`;
  return {
    code: "credentials_lost",
    sentence: `${NAME_OF[system]} does not accept our API token any more. Make a new one for that account (id.atlassian.com, Security, API tokens) and set it: ${how}.`,
    goesOnByItself: true,
  };
}
