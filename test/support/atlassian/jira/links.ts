import type { Asked, Handler } from "../double.ts";
import { asObject, notFound, type RemoteLink, refuse, wrongField } from "./model.ts";
import { demand, issueFor, projectOf, type Site } from "./state.ts";

/** Links out of Jira: one with a known globalId is renewed, not doubled. */
export function linkHandlers(site: Site): Record<string, Handler> {
  const issueOf = ({ param }: Asked) => issueFor(site, param("issueIdOrKey"));
  const shown = (asked: Asked, { id, globalId, relationship, object }: RemoteLink) => ({
    id,
    self: `${site.url}/rest/api/3/issue/${issueOf(asked).key}/remotelink/${id}`,
    ...(globalId === undefined ? {} : { globalId }),
    ...(relationship === undefined ? {} : { relationship }),
    object,
  });
  return {
    createOrUpdateRemoteIssueLink: (asked) => {
      const issue = issueOf(asked);
      demand(
        projectOf(site, issue),
        "LINK_ISSUES",
        "You do not have permission to link issues in this project.",
      );
      const { globalId, relationship, object } = wanted(asked.body);
      const found = globalId === undefined ? undefined : issue.links.find((one) => one.globalId === globalId);
      const link: RemoteLink = found ?? { id: Number(site.nextId()), globalId, relationship, object };
      Object.assign(link, { relationship, object });
      if (!found) issue.links.push(link);
      const { id, self } = shown(asked, link);
      return { status: found ? 200 : 201, body: { id, self } };
    },
    getRemoteIssueLinks: (asked) => {
      const globalId = asked.query.get("globalId");
      const links = issueOf(asked).links;
      if (globalId === null) return { status: 200, body: links.map((one) => shown(asked, one)) };
      const found = links.find((one) => one.globalId === globalId);
      if (!found) throw notFound(`Remote issue link with the global id '${globalId}' does not exist.`);
      return { status: 200, body: shown(asked, found) };
    },
    deleteRemoteIssueLinkByGlobalId: (asked) => {
      const { links } = issueOf(asked);
      const at = links.findIndex((one) => one.globalId === asked.query.get("globalId"));
      if (at < 0) throw notFound("Remote issue link with this global id does not exist.");
      links.splice(at, 1);
      return { status: 204 };
    },
  };
}

function wanted(body: unknown): Pick<RemoteLink, "globalId" | "relationship" | "object"> {
  const { globalId, relationship, object } = {
    globalId: undefined,
    relationship: undefined,
    object: undefined,
    ...asObject(body),
  };
  const { url, title } = { url: "", title: "", ...asObject(object) };
  if (!/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(String(url))) throw wrongField("url", "A valid URL is required.");
  if (String(title).length > 255) throw wrongField("title", "Title can't exceed 255 characters.");
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  if ((text(globalId) ?? "").length > 255) throw refuse(400, [], { globalId: "Too long." });
  return { globalId: text(globalId), relationship: text(relationship), object };
}
