import type { Link } from "#db/links.ts";
import { hasEnded } from "#engine/run/run.ts";
import type { Category, IssueState } from "#integrations/jira/issue.ts";
import type { Jira } from "#integrations/jira/jira.ts";
import type { JiraSettings } from "#integrations/jira/settings.ts";
import type { Difference } from "../difference.ts";
import type { RunStory } from "../follower.ts";
import { ShownComment } from "./desired-comments.ts";
import { type DesiredIssue, desiredIssues, type Stands } from "./desired-issues.ts";
import { hasBegun, modeFor, shownIssue } from "./mode.ts";

type Links = ReadonlyMap<string, Link>;
type Needs = {
  readonly jira: Pick<Jira, "issues" | "findComments">;
  readonly settings: JiraSettings;
  readonly story: RunStory;
  readonly links: Links;
};

/** What Jira shows of a run that is not as it should be. Only reads. Rejects as the port does. */
export async function compareJira(needs: Needs): Promise<readonly Difference[]> {
  const { jira, story, links } = needs;
  const desired = wantedIssues(needs);
  const ids = [...links.values()].flatMap((link) =>
    isIssue(link) && link.outsideId ? [link.outsideId] : [],
  );
  if (desired.length === 0 && ids.length === 0) return [];
  const states = ids.length === 0 ? new Map<string, IssueState>() : await jira.issues(ids);
  const issues = desired.flatMap((issue) => compareIssue(issue, links, states, story));
  return [...issues, ...(await compareComments(needs, states))];
}

/** None where a run is not shown at all: not yet, by its settings, or since it was called off before. */
function wantedIssues({ settings, story, links }: Needs): readonly DesiredIssue[] {
  const mode = shownIssue(links.get("run")?.shown)?.mode ?? modeFor(settings, story);
  const wasStarted = story.facts.some(({ fact }) => fact.type === "run.started");
  const isCalledOff = hasEnded(story.run) && !wasStarted && links.size === 0;
  return mode === "off" || !hasBegun(story) || isCalledOff ? [] : desiredIssues(story, settings, mode);
}

const isIssue = ({ key, state }: Link): boolean =>
  state === "there" && (key === "run" || key.startsWith("step:"));

function compareIssue(
  desired: DesiredIssue,
  links: Links,
  states: ReadonlyMap<string, IssueState>,
  story: RunStory,
): readonly Difference[] {
  const { key } = desired;
  const link = links.get(key);
  const say = (what: string, url = link?.url ?? null): Difference => ({ key, what, url });
  const name = [link?.outsideKey, key === "run" ? null : `step ${key.slice("step:".length)}`];
  const called = name.filter((part) => part).join(", ") || "The run";
  const is = states.get(link?.outsideId ?? "");
  switch (link?.state) {
    case undefined:
      return desired.isUnder && links.get("run")?.state !== "there"
        ? []
        : [say(`${called} has no issue yet`)];
    case "making":
      return [say(`${called}: whether an issue was made is looked up at the next try`)];
    case "gone":
      return [say(`${called} was deleted there, and is not written any more`)];
    case "skipped":
      return [say(`${called} has no issue: it was left out by sync skip`)];
    case "there":
      return is
        ? whatDiffers(desired, link, is, story).map((what) => say(what, is.url))
        : [say(`${called} is gone: it was deleted, or our account can't see it`)];
  }
}

function whatDiffers(
  { stands, summary }: DesiredIssue,
  link: Link,
  is: IssueState,
  { brief }: RunStory,
): readonly string[] {
  const shown = shownIssue(link.shown);
  const isTheirs = shown?.isAdopted === true;
  const wrote = shown?.summary || summary;
  const isLeft =
    stands === null || stands === "new" || (isTheirs && (brief.rehearsed || stands === "cancelled"));
  const where = is.status.category;
  return [
    is.key === link.outsideKey ? null : `${link.outsideKey} is ${is.key} now: somebody moved it`,
    isTheirs || is.summary === wrote ? null : `${is.key} is called “${is.summary}”, and we wrote “${wrote}”`,
    isLeft || where === categoryOf(stands)
      ? null
      : `${is.key} stands at “${is.status.name}”, and should be ${WORDS[categoryOf(stands)]}`,
  ].filter((what) => what !== null);
}

const categoryOf = (stands: Stands): Category => (stands === "cancelled" ? "done" : stands);
const WORDS = { new: "to do", indeterminate: "under way", done: "done" } as const satisfies Record<
  Category,
  string
>;

/** Comments that we wrote and that are not there, on issues that are. */
async function compareComments(
  { jira, links, story }: Needs,
  states: ReadonlyMap<string, IssueState>,
): Promise<readonly Difference[]> {
  const written = [...links.values()].filter(
    ({ key, state }) => state === "there" && /^(comment:|agents$)/.test(key),
  );
  const byIssue = Map.groupBy(written, (link) => links.get(partOf(link))?.outsideId ?? "");
  const found = await Promise.all(
    [...byIssue].map(async ([issue, comments]) => {
      const is = states.get(issue);
      if (!is) return [];
      const there = new Set((await jira.findComments(issue, story.run.id)).values());
      return comments
        .filter(({ outsideId }) => outsideId !== null && !there.has(outsideId))
        .map(({ key }) => ({
          key,
          url: is.url,
          what: `${is.key} has lost ${commentName(key)}: somebody deleted it`,
        }));
    }),
  );
  return found.flat();
}

const partOf = ({ shown }: Link): string => ShownComment.safeParse(shown).data?.on ?? "run";

const commentName = (key: string): string =>
  key === "agents"
    ? "what the agents said"
    : `the comment about number ${key.slice("comment:".length)} of the story`;
