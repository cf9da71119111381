import type { Sql } from "postgres";
import { Refusal } from "#engine/errors.ts";
import type { Clock } from "#engine/ports.ts";
import type { Closers } from "../../closers.ts";
import type { Goals } from "../../goals.ts";
import type { Logger } from "../../logger.ts";
import type { News } from "../../news.ts";
import { createCheckAgent } from "../requests/agent-names.ts";
import type { Directory } from "../requests/directory.ts";
import { createStreams, type Streams } from "../streams/streams.ts";
import { createTails } from "../streams/tails.ts";
import type { OutsideGoals } from "./goal.ts";
import { createOutsideGoals } from "./goals.ts";
import { createReadGoal } from "./read-goal.ts";

/** Goals and runs for programs outside, and the streams that follow them. Without a Slack nobody's membership is looked up. */
export function openGoals(needs: {
  readonly sql: Sql;
  readonly goals: Goals;
  readonly news: News;
  readonly directory: Directory | null;
  readonly defaultChannel: string | null;
  readonly clock: Clock;
  readonly log: Logger;
  readonly closers: Closers;
}): { readonly goals: OutsideGoals; readonly streams: Streams } {
  const { sql, goals, news, directory, defaultChannel, clock, log, closers } = needs;
  const checkAgent = createCheckAgent(directory ?? { isMembersName: async () => false });
  const read = createReadGoal({ sql, directory, checkAgent, defaultChannel });
  const streams = createStreams({ tails: createTails({ sql, news, log }), log });
  closers.add("the streams", streams.close);
  return { goals: createOutsideGoals({ sql, goals, news, read, checkOwner, clock }), streams };

  /** Refuses for whoever has left the workspace, or was never a full member of it: as in Slack. */
  async function checkOwner(workspaceId: string, ownerId: string): Promise<void> {
    if (directory && !(await directory.isFullMember(workspaceId, ownerId)))
      throw new Refusal(
        "not_allowed",
        "The person who stands for this key is no full member of the Slack workspace: its goals would be nobody's.",
      );
  }
}
