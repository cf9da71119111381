import { OutsideFailure, OutsideRefusal } from "#engine/errors.ts";
import { CredentialsLost } from "../atlassian/failure.ts";
import type { Finding } from "../atlassian/finding.ts";
import { AccountAnswer, OperationsAnswer, PageAnswer } from "./answers.ts";
import { openSite, readAnswer, type Site } from "./client.ts";
import { isRefused } from "./refusals.ts";
import type { ConfluenceSettings } from "./settings.ts";
import { findSpace, type Space } from "./space.ts";

/** Reads what a project would write to, and says what would work and what would not. Writes nothing, and never rejects because of Confluence. */
export async function checkConfluence(needs: {
  readonly settings: ConfluenceSettings;
  readonly token: string;
}): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  try {
    const site = openSite(needs);
    found.push(await checkAccount(site));
    const space = await findSpace(site);
    found.push(spaceFinding(site, space));
    if (space) found.push(...(await checkPlace(site, space)));
  } catch (error) {
    found.push(toFinding(needs.settings, error));
  }
  return found;
}

async function checkAccount({ v1, settings }: Site): Promise<Finding> {
  const { displayName, publicName } = readAnswer(AccountAnswer, await v1.users.getCurrentUser({}));
  const name = displayName ?? publicName ?? settings.username;
  return ok(`${settings.url} answers, and takes the token of ${name} (${settings.username})`);
}

function spaceFinding({ settings }: Site, space: Space | null): Finding {
  if (space) return ok(`Space ${space.key} is “${space.name}”`);
  return {
    level: "problem",
    what: `There is no space ${settings.space} that ${settings.username} can see`,
    todo: "Give that account access to the space, or set another key as `confluence.space`.",
  };
}

/** What we may do where pages of runs would stand. */
async function checkPlace(site: Site, space: Space): Promise<readonly Finding[]> {
  const inSpace = await operations(() => site.v2.operation.getSpaceOperations({ id: Number(space.id) }));
  const creates = right(site, inSpace.has("create page"), "create pages");
  const parent = site.settings.parent ?? space.homepageId;
  if (parent === null) return [creates, warnAboutHome(site)];
  const page = await findPage(site, parent);
  if (page?.status !== "current" || page.spaceId !== space.id) return [creates, noParent(site, parent, page)];
  const onPage = await operations(() => site.v2.operation.getPageOperations({ id: Number(parent) }));
  const { labels } = site.settings;
  const label = labels.length > 0 ? `edit pages and label them ${labels.join(", ")}` : "edit pages";
  return [
    creates,
    right(site, onPage.has("update page"), label),
    ok(`Pages of runs would stand under “${page.title}”`),
  ];
}

async function operations(ask: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const { operations: all } = readAnswer(OperationsAnswer, await ask());
  return new Set(all?.map(({ operation, targetType }) => `${operation} ${targetType}`));
}

async function findPage({ v2 }: Site, id: string): Promise<PageAnswer | null> {
  try {
    return readAnswer(PageAnswer, await v2.page.getPageById({ id: Number(id) }));
  } catch (error) {
    if (isRefused(error, 400, 404)) return null;
    throw error;
  }
}

function right({ settings }: Site, may: boolean, what: string): Finding {
  if (may) return ok(`${settings.username} may ${what}`);
  return {
    level: "problem",
    what: `${settings.username} may not ${what} in space ${settings.space}`,
    todo: "Ask an admin of that space to allow it (Space settings → Users).",
  };
}

function noParent({ settings }: Site, parent: string, page: PageAnswer | null): Finding {
  const isInTheWay = page === null || page.status !== "current";
  return {
    level: "problem",
    what: isInTheWay
      ? `There is no page ${parent} that ${settings.username} can see, under which pages of runs could stand`
      : `Page ${parent}, “${page.title}”, is not in space ${settings.space}`,
    todo: "Set `confluence.parent` to the number in the address of a page in that space, or leave it out: then pages stand under the space's home page.",
  };
}

const warnAboutHome = ({ settings }: Site): Finding => ({
  level: "warning",
  what: `Space ${settings.space} has no home page: pages of runs would stand at its top`,
  todo: "Set `confluence.parent` to a page of that space.",
});

/** Trouble that ends the check. What is no trouble of Confluence's is thrown on. */
function toFinding({ url, username }: ConfluenceSettings, error: unknown): Finding {
  if (error instanceof CredentialsLost)
    return {
      level: "problem",
      what: `${url} does not accept the token of ${username}`,
      todo: "Make an API token of that account (id.atlassian.com → Security → API tokens), and set it as CONFLUENCE_API_TOKEN.",
    };
  if (error instanceof OutsideFailure)
    return {
      level: "problem",
      what: `${error.message}: ${url}`,
      todo: "Check CONFLUENCE_URL, and whether this machine reaches it; then check again.",
    };
  if (isRefused(error, 403))
    return {
      level: "problem",
      what: `${username} may not use Confluence at ${url}`,
      todo: "Ask an admin of the site to give that account access to Confluence.",
    };
  if (isRefused(error, 404))
    return {
      level: "problem",
      what: `There is no Confluence at ${url}`,
      todo: "Set CONFLUENCE_URL to the site's address, such as https://acme.atlassian.net.",
    };
  if (error instanceof OutsideRefusal) return { level: "problem", what: error.message };
  throw error;
}

const ok = (what: string): Finding => ({ level: "ok", what });
