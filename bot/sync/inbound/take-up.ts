import { dropHeard, type Heard } from "#db/heard.ts";
import { Change } from "#integrations/jira/changes.ts";
import { takeComment } from "./comment.ts";
import { takeLabel } from "./label.ts";
import { takeMove } from "./move.ts";
import type { InboundNeeds } from "./needs.ts";
import { oursOf } from "./ours.ts";

/**
 * Does what follows from something that came in, once, however often it is called. What we did there ourselves is no news, and
 * nothing follows where the project is not connected or not heard any more. Rejects with `Later` or `OutsideFailure` where it has
 * to be tried again.
 */
export async function takeUp(needs: InboundNeeds, heard: Heard): Promise<void> {
  const { sql } = needs.desk;
  const { workspaceId, projectId } = heard;
  const change = Change.safeParse(heard.change).data;
  const connection = await needs.jiraOf(workspaceId, projectId);
  if (!change || !connection || connection.settings.inbound === "off") return dropHeard(sql, heard);
  const news = needs.newsOf(connection);
  if (change.author.accountId === (await news.myAccount())) return dropHeard(sql, heard);
  if (await news.isMarked(change)) return dropHeard(sql, heard);
  if (change.kind === "labelled") return takeLabel(needs, connection, { heard, change });
  const ours = await oursOf(sql, connection, change);
  if (!ours) return dropHeard(sql, heard);
  if (change.kind === "moved") return takeMove(needs.desk, { heard, change, ours });
  return takeComment(needs, connection, { heard, change, ours });
}
