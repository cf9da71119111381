import type { Asked, Handler } from "../double.ts";
import { tellOfComment, touch } from "./changes.ts";
import { asObject, type Comment, type Issue, notFound, refuse, wrongField } from "./model.ts";
import { propertyHandlers, setProperty } from "./properties.ts";
import { shownComment } from "./show.ts";
import { demand, issueFor, projectOf, type Site, us } from "./state.ts";
import { demandDocument } from "./values.ts";

/** Comments and what is kept on them. */
export function commentHandlers(site: Site): Record<string, Handler> {
  const onComment = propertyHandlers(({ param }) => {
    const all = [...site.issues.values()].flatMap(({ comments }) => comments);
    const comment = all.find(({ id }) => id === param("commentId"));
    if (!comment) throw notFound(`Can not find a comment for the id: ${param("commentId")}.`);
    return comment.properties;
  });
  return {
    addComment: ({ param, body }) => {
      const issue = issueFor(site, param("issueIdOrKey"));
      demand(
        projectOf(site, issue),
        "ADD_COMMENTS",
        "You do not have the permission to comment on this issue.",
      );
      return {
        status: 201,
        body: shownComment(site, issue, addComment(site, issue, us(site).accountId, asObject(body) ?? {})),
      };
    },
    getComments: (asked) => ({ status: 200, body: list(site, asked) }),
    getComment: (asked) => {
      const { issue, comment } = found(site, asked);
      return { status: 200, body: shownComment(site, issue, comment) };
    },
    updateComment: (asked) => update(site, asked),
    deleteComment: (asked) => {
      const { issue, comment } = own(site, asked);
      removeComment(site, issue, comment);
      return { status: 204 };
    },
    getCommentPropertyKeys: onComment.keys,
    getCommentProperty: onComment.get,
    setCommentProperty: onComment.set,
    deleteCommentProperty: onComment.remove,
  };
}

/** Adds a comment in somebody's name. */
export function addComment(
  site: Site,
  issue: Issue,
  author: string,
  asked: Readonly<Record<string, unknown>>,
): Comment {
  const { body, properties, visibility } = { properties: [], visibility: undefined, ...asked } as Record<
    string,
    unknown
  >;
  demandBody(body);
  const at = site.now();
  const comment: Comment = {
    id: site.nextId(),
    author,
    body,
    created: at,
    updated: at,
    updateAuthor: author,
    properties: new Map(),
    ...(visibility ? { visibility } : {}),
  };
  keepProperties(comment, properties);
  issue.comments.push(comment);
  touch(site, issue);
  tellOfComment(site, issue, "comment_created", comment);
  return comment;
}

/** Takes a comment away. */
export function removeComment(site: Site, issue: Issue, comment: Comment): void {
  issue.comments.splice(issue.comments.indexOf(comment), 1);
  touch(site, issue);
  tellOfComment(site, issue, "comment_deleted", comment);
}

/** Changes what a comment says. */
export function rewriteComment(
  site: Site,
  issue: Issue,
  comment: Comment,
  body: unknown,
  author: string,
): void {
  demandBody(body);
  Object.assign(comment, { body, updated: site.now(), updateAuthor: author });
  touch(site, issue);
  tellOfComment(site, issue, "comment_updated", comment);
}

function keepProperties({ properties }: Comment, given: unknown): void {
  for (const one of Array.isArray(given) ? given : []) {
    setProperty(properties, String(asObject(one)?.["key"]), asObject(one)?.["value"]);
  }
}

function demandBody(body: unknown): void {
  if (body === undefined || body === null) throw wrongField("comment", "Comment body can not be empty!");
  if (!asObject(body)) throw wrongField("comment", "Comment body is not valid!");
  demandDocument("comment", body);
}

function list(site: Site, { param, query }: Asked) {
  const issue = issueFor(site, param("issueIdOrKey"));
  const [startAt, maxResults] = [Number(query.get("startAt") ?? 0), Number(query.get("maxResults") ?? 100)];
  const all = [...issue.comments];
  if ((query.get("orderBy") ?? "").startsWith("-")) all.reverse();
  const comments = all.slice(startAt, startAt + maxResults).map((one) => shownComment(site, issue, one));
  return { startAt, maxResults, total: all.length, comments };
}

function found(site: Site, { param }: Asked): { issue: Issue; comment: Comment } {
  const issue = issueFor(site, param("issueIdOrKey"));
  const comment = issue.comments.find(({ id }) => id === param("id"));
  if (!comment) throw notFound(`Can not find a comment for the id: ${param("id")}.`);
  return { issue, comment };
}

function own(site: Site, asked: Asked): { issue: Issue; comment: Comment } {
  const { issue, comment } = found(site, asked);
  if (comment.author !== us(site).accountId) {
    throw refuse(400, [`You do not have the permission to edit the comment with id: ${comment.id}.`]);
  }
  demand(projectOf(site, issue), "EDIT_OWN_COMMENTS", "You do not have the permission to edit this comment.");
  return { issue, comment };
}

function update(site: Site, asked: Asked) {
  const { issue, comment } = own(site, asked);
  rewriteComment(site, issue, comment, asObject(asked.body)?.["body"], us(site).accountId);
  keepProperties(comment, asObject(asked.body)?.["properties"]);
  return { status: 200, body: shownComment(site, issue, comment) };
}
