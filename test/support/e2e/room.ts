import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Sql } from "postgres";
import { type Project, saveProject, saveWorkflow } from "#db/places.ts";
import { Workflow } from "#engine/run/workflow.ts";
import type { Card } from "./cards.ts";
import type { SlackPeople } from "./people.ts";
import { makeRepository } from "./repository.ts";

/** The workspace of every local-slack. */
const WORKSPACE = "T01LOCAL";
export const [ALICE, BOB, CAROL, DAVE] = ["U01ALICE", "U02BOB", "U03CAROL", "U04DAVE"] as const;

/** A channel with a project of its own, so that several goals of one test file do not meet. */
export type Room = ReturnType<typeof roomIn>;

/** What a room is made of, where the default does not do: Alice and Bob and the bot, and a repository whose test passes. */
export type RoomWish = {
  readonly members?: readonly string[];
  readonly botIsIn?: boolean;
  readonly files?: Readonly<Record<string, string>>;
  readonly project?: Partial<Project>;
  /** A repository that is there already. */
  readonly repository?: string;
};

/** What people do in one channel, by its id. */
function roomIn(people: SlackPeople, channel: string, repository: string) {
  return {
    ...people,
    channel,
    repository,
    types: (user: string, typed: string) => people.types(user, channel, typed),
    says: (user: string, text: string, under?: Card) => people.says(user, channel, text, under?.ts),
    card: (like: RegExp, under?: Card) => people.card(channel, like, under),
    told: (user: string, like: RegExp) => people.told(user, like, channel),
    cards: () => people.cards(channel),
  };
}

/** Makes the channel, its project and its repository. `name` is all of their names. */
export async function makeRoom(
  needs: { readonly people: SlackPeople; readonly sql: Sql; readonly dir: string },
  name: string,
  wish: RoomWish = {},
): Promise<Room> {
  const { people, sql, dir } = needs;
  const { members = [ALICE, BOB], botIsIn = true, files = { "test.sh": "echo fine\n" }, project } = wish;
  const channel = `C9${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "")}`;
  await people.act("channels", { id: channel, name, members, bot_in: botIsIn });
  const repository = wish.repository ?? makeRepository(join(dir, "repositories", name), files);
  await saveProject(sql, {
    ...{ id: randomUUID(), workspaceId: WORKSPACE, name, repository, branch: null, channelId: channel },
    ...{ testCommand: "sh test.sh", commands: {}, reviewers: [] },
    ...{ fourEyes: "when_possible", planApproval: "risky", ...project },
  });
  return roomIn(people, channel, repository);
}

/** Saves a workflow for every project of the workspace. */
export async function saveTeamWorkflow(sql: Sql, document: unknown): Promise<void> {
  const workflow = Workflow.parse(document);
  await saveWorkflow(sql, WORKSPACE, { name: workflow.name, projectId: null, document: workflow });
}

const version = { description: "the version to ship", pattern: "semver", example: "1.2.3" };

/** A release in small: the test, an approval, the tag. Quick, so that many fit into one test file. */
export const SHIP = {
  name: "ship",
  title: "Ship {project} {version}",
  parameters: { version },
  steps: [
    { key: "test", title: "Run the tests", agent: { kind: "command", name: "test", run: "sh test.sh" } },
    {
      ...{ key: "approve", title: "Approve the tag", after: ["test"], risk: "medium" },
      agent: {
        ...{ kind: "person", asks: "approval", what: "Tag {project} v{version}?" },
        ...{ effect: "tag v{version}", why: "The test passed." },
      },
    },
    {
      ...{ key: "tag", title: "Tag v{version}", after: ["approve"], risk: "medium", effects: ["tag"] },
      agent: {
        ...{ kind: "command", name: "tag" },
        run: 'git tag "v$VERSION" "$APPROVED_SHA" && echo "tag=v$VERSION" >> "$COUNTERSIGN_OUTPUT"',
      },
    },
  ],
} as const;
