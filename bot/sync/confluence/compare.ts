import type { Link } from "#db/links.ts";
import type { Confluence, Page } from "#integrations/confluence/confluence.ts";
import { sectionHash } from "#integrations/confluence/section-text.ts";
import type { Difference } from "../difference.ts";
import type { RunStory } from "../follower.ts";
import { isToBeShown } from "./page-overview.ts";
import { PAGE_KEY, readShown } from "./shown.ts";

type Needs = {
  readonly port: Pick<Confluence, "page">;
  readonly story: RunStory;
  readonly links: ReadonlyMap<string, Link>;
};

/** What Confluence shows of a run that is not as it should be. Only reads. Rejects as the port does. */
export async function compareConfluence({ port, story, links }: Needs): Promise<readonly Difference[]> {
  const link = links.get(PAGE_KEY);
  const say = (what: string): readonly Difference[] => [{ key: PAGE_KEY, what, url: link?.url ?? null }];
  switch (link?.state) {
    case undefined:
      return isToBeShown(story.run) ? say("The run has no page yet") : [];
    case "making":
      return say("Whether a page was made is looked up at the next try");
    case "gone":
      return say("The page was deleted there, and is not written any more");
    case "skipped":
      return say("The page is not written: it was left out by sync skip");
    case "there": {
      const page = link.outsideId === null ? null : await port.page(link.outsideId);
      if (!page) return say("The page is gone: it was deleted, archived, or hidden from our account");
      return whatDiffers(page, link, story.run.id).flatMap(say);
    }
  }
}

/** What people wrote around our part is theirs. */
function whatDiffers({ body, title, version }: Page, link: Link, runId: string): readonly string[] {
  const shown = readShown(link.shown);
  const section = sectionHash(body, runId);
  if (section === null)
    return [
      `“${title}” does not have our part any more: somebody deleted it; it comes back with the run's next news`,
    ];
  const isEdited = version > shown.version && shown.section !== null && section !== shown.section;
  return isEdited
    ? [
        `“${title}” was edited inside our part (version ${version}, ours is ${shown.version}); the run's next news overwrites that`,
      ]
    : [];
}
