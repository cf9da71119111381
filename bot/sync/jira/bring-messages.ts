import { z } from "zod";
import { commentOnce } from "./bring-comments.ts";
import { type Bringing, onIssue } from "./bringing.ts";
import { desiredMessages, isTimeForMessages } from "./desired-messages.ts";

const KEY = "agents";
const Shown = z.object({ upTo: z.number(), at: z.number() });

/** Gathers what agents said into one comment, which is edited: an edit sends no mail. One that somebody deleted stays away. */
export async function bringMessages(bringing: Bringing): Promise<void> {
  const { book, story, now, jira } = bringing;
  const desired = desiredMessages(story);
  const had = Shown.safeParse(book.all.get(KEY)?.shown).data;
  if (!desired || book.isClosed(KEY)) return;
  const isWritten = book.there(KEY) !== null && had?.upTo === desired.upTo;
  if (isWritten || !isTimeForMessages(story, had?.at ?? story.run.requestedAt ?? now, now)) return;
  const shown = { upTo: desired.upTo, at: now };
  await onIssue(bringing, "run", async (issue) => {
    const wasThere = book.there(KEY) !== null;
    await commentOnce(bringing, issue, { key: KEY, body: desired.body(), shown: had ?? shown });
    const link = book.there(KEY);
    // What was found again after a crash may say less than it should.
    if (!link || (!wasThere && !had)) return;
    const is = await jira.editComment(issue, link.outsideId, desired.body());
    if (is === "gone") await book.close(KEY, "gone");
    else await book.save(KEY, { shown });
  });
}
