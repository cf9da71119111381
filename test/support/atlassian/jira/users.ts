import type { Handler } from "../double.ts";
import { notFound, type Person, refuse } from "./model.ts";
import { shownPerson } from "./show.ts";
import { allowed, findProject, issueFor, projectOf, type Site, us } from "./state.ts";

/** People of the site. */
export function userHandlers(site: Site): Record<string, Handler> {
  const shown = ({ accountId }: Person) => shownPerson(site, accountId);
  return {
    getCurrentUser: () => ({
      status: 200,
      body: { ...shown(us(site)), emailAddress: us(site).emailAddress },
    }),
    getUser: ({ query }) => {
      const person = site.people.find(({ accountId }) => accountId === query.get("accountId"));
      if (!person) throw notFound("Specified user does not exist or you do not have required permissions");
      return { status: 200, body: shown(person) };
    },
    bulkGetUsers: ({ query }) => {
      const ids = query.getAll("accountId");
      const values = site.people.filter(({ accountId }) => ids.includes(accountId)).map(shown);
      return {
        status: 200,
        body: { startAt: 0, maxResults: 10, total: values.length, isLast: true, values },
      };
    },
    findUsers: ({ query }) => ({ status: 200, body: found(site, query).map(shown) }),
    findAssignableUsers: ({ query }) => {
      const [project, issue] = [query.get("project"), query.get("issueKey")];
      if (project === null && issue === null)
        throw refuse(400, ["Either 'project' or 'issueKey' must be specified."]);
      const place =
        issue === null ? findProject(site, project ?? "") : projectOf(site, issueFor(site, issue));
      if (!place) throw notFound(`No project could be found with key '${project}'.`);
      const people = allowed(place, "ASSIGNABLE_USER") ? found(site, query).filter(({ gone }) => !gone) : [];
      return { status: 200, body: people.map(shown) };
    },
  };
}

/** Jira looks at names and at addresses; a hidden one is found only by all of it. */
function found(site: Site, query: URLSearchParams): Person[] {
  const [accountId, words] = [query.get("accountId"), (query.get("query") ?? "").toLowerCase()];
  if (accountId !== null) return site.people.filter((one) => one.accountId === accountId);
  const starts = (text: string) =>
    text
      .toLowerCase()
      .split(/\s+/)
      .some((word) => word.startsWith(words));
  const named = ({ displayName }: Person) =>
    starts(displayName) || displayName.toLowerCase().startsWith(words);
  const addressed = ({ emailAddress, hidesEmail }: Person) =>
    hidesEmail ? emailAddress === words : emailAddress.startsWith(words);
  return site.people
    .filter((one) => named(one) || addressed(one))
    .slice(0, Number(query.get("maxResults") ?? 50));
}
