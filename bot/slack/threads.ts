import type { WebClient } from "@slack/web-api";
import type { Sql } from "postgres";
import { projectById } from "#db/places.ts";
import { messagePlace } from "#db/story.ts";
import type { Consultation } from "#engine/consultation/consultation.ts";
import { channelsOf } from "#engine/consultation/policy.ts";
import { isApproval } from "#engine/run/run.ts";
import type { CardContexts } from "./card-contexts.ts";
import type { ClientFor } from "./clients.ts";
import type { People } from "./people.ts";
import { linksOfRuns } from "./sync-told.ts";
import { goalKey, type ThreadContext, type ThreadState } from "./thread-messages.ts";

export type Threads = ReturnType<typeof createThreads>;

/** What a thread's cards need to know that their state does not: names, links, who is alone. */
export function createThreads(needs: {
  readonly sql: Sql;
  readonly people: People;
  readonly contexts: CardContexts;
  readonly clientFor: ClientFor;
}) {
  const { sql, people, contexts, clientFor } = needs;
  const links = new Map<string, string>();

  /** The permalink of a goal's card; undefined until Slack has it. It never changes, so it is asked for once. */
  async function linkOf(workspaceId: string, goalId: string): Promise<string | undefined> {
    const known = links.get(goalId);
    if (known) return known;
    const place = await messagePlace(sql, workspaceId, goalKey(goalId));
    if (!place) return undefined;
    const link = await permalink(await clientFor(workspaceId), place);
    if (links.size >= MOST_LINKS) links.clear();
    links.set(goalId, link);
    return link;
  }

  /** Open approvals that nobody but the requester could give. */
  async function lonelyOf({ questions }: ThreadState): Promise<ReadonlySet<string>> {
    const open = questions.filter(({ state, question }) => state === "open" && question?.type === "approval");
    const lonely = await Promise.all(
      open.map(async (question) => ((await isRequesterAlone(people, question)) ? [question.id] : [])),
    );
    return new Set(lonely.flat());
  }

  return {
    linkOf,
    async contextOf(state: ThreadState): Promise<ThreadContext> {
      const { run, brief } = state;
      const [context, threadLink, lonely, proof, outside] = await Promise.all([
        contexts.about(run.workspaceId, state),
        linkOf(run.workspaceId, brief.goalId),
        lonelyOf(state),
        proofOf(sql, state),
        brief.projectId === null ? undefined : linksOfRuns(sql, run.workspaceId, [run.id]),
      ]);
      return { ...context, threadLink, lonely, proof, outside: outside?.get(run.id) };
    },
  };
}

const MOST_LINKS = 5_000;

/** Whether nobody but the person who asked may answer; never where no person asked. Throws `OutsideFailure`. */
export async function isRequesterAlone(
  people: People,
  { workspaceId, policy, requester }: Consultation,
): Promise<boolean> {
  if (requester === "") return false;
  const where = { channels: channelsOf(policy), people: policy?.people ?? [] };
  const standing = await people.standing({ workspaceId, personId: requester, requester, ...where });
  return !standing.othersMayAnswer;
}

/** The address of a message of ours. */
export async function permalink(
  client: WebClient,
  { channelId, ts }: { readonly channelId: string; readonly ts: string },
) {
  const { permalink: link } = await client.chat.getPermalink({ channel: channelId, message_ts: ts });
  return link ?? "";
}

/** Nothing in them means anything to a shell: a command wrote the tag, and people paste the line into theirs. */
const TAG = /^[\w][\w.+/-]*$/;
const PATH = /^\/[\w.+/@,-]*$/;

/** A command anybody can type to see the tag that a run made, in a repository on this machine. */
async function proofOf(sql: Sql, { run }: ThreadState): Promise<string | undefined> {
  const tagged = run.steps.find((step) => step.effects.includes("tag") && step.status === "succeeded");
  const tag = tagged?.output?.values?.["tag"];
  if (!tag || !TAG.test(tag) || !run.brief?.projectId || !run.steps.some(isApproval)) return undefined;
  const project = await projectById(sql, run.workspaceId, run.brief.projectId);
  return project && PATH.test(project.repository) ? `git -C ${project.repository} show ${tag}` : undefined;
}
