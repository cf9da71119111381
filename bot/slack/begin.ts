import { z } from "zod";
import { keepDraft } from "#db/drafts.ts";
import { listWorkflows } from "#db/places.ts";
import { Refusal } from "#engine/errors.ts";
import type { GoalRequest } from "../brief.ts";
import type { Card } from "./blocks/card.ts";
import { inviteFirst, twoReadings } from "./blocks/private.ts";
import { carryOut, hasReworkable } from "./commands.ts";
import type { Asker, Desk } from "./desk.ts";
import { type Reading, type Readings, readCommand } from "./grammar.ts";
import { refuseOutsiders } from "./members.ts";
import { isFullMember } from "./people.ts";

/** What a draft holds: what was asked for, or words that can be read in two ways. */
export const DraftRequest = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("goal"), request: z.custom<GoalRequest>((value) => typeof value === "object") }),
  /** `asGoal`: the same words read as a goal, where they are not simply the text. */
  z.object({ kind: z.literal("words"), text: z.string(), asGoal: z.string().optional() }),
]);
export type DraftRequest = z.infer<typeof DraftRequest>;

/** What somebody said, as far as it is clear: then it is done, and the answer is private. Null: nothing need be said. */
export async function hear(desk: Desk, asker: Asker, text: string, onceId: string): Promise<Card | null> {
  const { first, or } = await readingsOf(desk, asker, text);
  if (or === null) return follow(desk, asker, first, onceId);
  const draft = await draftOf(desk, asker, { kind: "words", text });
  return twoReadings(draft, { typed: text, command: `/goal ${wordsOf(first)}` });
}

/** How the words can be read in this place. A rework of nothing is no reading. */
export async function readingsOf(desk: Desk, asker: Asker, text: string): Promise<Readings> {
  const workflows = await listWorkflows(desk.sql, asker.workspaceId);
  const readings = readCommand(
    text,
    workflows.map(({ name }) => name),
  );
  const isVagueRework = readings.first.kind === "rework" && readings.or !== null;
  if (!isVagueRework || readings.or === null) return readings;
  if (asker.goal) return { first: readings.first, or: null }; // in a goal's thread there is no doubt which one
  return (await hasReworkable(desk, asker)) ? readings : { first: readings.or, or: null };
}

/** Does what one reading says. */
export async function follow(
  desk: Desk,
  asker: Asker,
  reading: Reading,
  onceId: string,
): Promise<Card | null> {
  const { workspaceId, person: requestedBy, channel } = asker;
  switch (reading.kind) {
    case "form":
      throw new Refusal("bad_input", "Say what should be done, or type `/goal` for the form.");
    case "goal":
      return beginGoal(desk, { workspaceId, requestedBy, channel, text: reading.text }, onceId);
    case "run": {
      const { workflow, parameters } = reading;
      const text = `run ${workflow}`;
      return beginGoal(desk, { workspaceId, requestedBy, channel, text, workflow, parameters }, onceId);
    }
    case "help":
    case "list":
    case "status":
    case "cancel":
    case "rework":
      return carryOut(desk, asker, reading, onceId);
  }
}

/** A goal begins where the bot may post; elsewhere it is kept, and whoever asked is told how it can begin. */
export async function beginGoal(desk: Desk, request: GoalRequest, onceId: string): Promise<Card | null> {
  const { workspaceId, requestedBy, channel } = request;
  if (!isFullMember(await desk.people.person(workspaceId, requestedBy)))
    throw new Refusal("not_allowed", "Only full members of this workspace can start goals.");
  await refuseOutsiders(desk, workspaceId, request.reviewers ?? []);
  if (!(await desk.people.botMayPost(workspaceId, channel))) {
    const asker = { workspaceId, person: requestedBy, channel, goal: null };
    const draft = await draftOf(desk, asker, { kind: "goal", request });
    return inviteFirst(draft, await desk.contexts.about(workspaceId));
  }
  await desk.goals.request(request, onceId);
  return null;
}

async function draftOf(
  desk: Desk,
  { workspaceId, person, channel }: Asker,
  request: DraftRequest,
): Promise<string> {
  const id = desk.newId();
  await keepDraft(desk.sql, { id, workspaceId, requestedBy: person, channelId: channel, request });
  return id;
}

/** A reading as somebody would type it. */
function wordsOf(reading: Reading): string {
  switch (reading.kind) {
    case "form":
      return "";
    case "goal":
      return reading.text;
    case "run":
      return ["run", reading.workflow, ...Object.entries(reading.parameters).map(pairOf)].join(" ");
    case "rework":
      return `rework${numberOf(reading)} ${reading.feedback}`;
    case "help":
    case "list":
      return reading.kind;
    case "status":
    case "cancel":
      return `${reading.kind}${numberOf(reading)}`;
  }
}

const pairOf = ([name, value]: readonly [string, string]): string =>
  /\s/.test(value) ? `${name}="${value}"` : `${name}=${value}`;

const numberOf = ({ goal }: { readonly goal: number | null }): string => (goal === null ? "" : ` g${goal}`);
