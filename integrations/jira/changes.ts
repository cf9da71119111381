import { z } from "zod";
import type { Category } from "./issue.ts";
import { StatusRead } from "./issue-states.ts";
import { plainText } from "./plain-text.ts";

const Id = z.string().regex(/^\d{1,20}$/);
const IssueKey = z.string().regex(/^[A-Z][A-Z0-9_]{0,254}-\d{1,12}$/);
/** Empty: nobody, such as a visitor without an account. */
const AccountId = z.string().regex(/^[\w:.@-]{0,128}$/);

/** Who did something in Jira. The name is whatever they call themselves. */
const Author = z.object({ accountId: z.string(), displayName: z.string() });

const common = {
  /** By Jira's own ids: "comment:10234", "move:10300", "label:10301", "created:10007". The same whoever tells of it. */
  id: z.string(),
  issueId: z.string(),
  issueKey: z.string(),
  author: Author,
  /** When it happened (ms since 1970). */
  at: z.number(),
};

/** Somebody commented on an issue. */
export const Commented = z.object({ kind: z.literal("comment"), ...common, text: z.string() });
export type Commented = z.infer<typeof Commented>;

/** Somebody moved an issue to another status. `category` is null where it stands elsewhere by now. */
export const Moved = z.object({
  kind: z.literal("moved"),
  ...common,
  to: z.object({ name: z.string(), category: z.enum(["new", "indeterminate", "done"]).nullable() }),
});
export type Moved = z.infer<typeof Moved>;

/** An issue got labels, with what it says at that moment. */
export const Labelled = z.object({
  kind: z.literal("labelled"),
  ...common,
  labels: z.array(z.string()),
  summary: z.string(),
  text: z.string(),
});
export type Labelled = z.infer<typeof Labelled>;

/** What happened to an issue. All texts are data of whoever wrote them. */
export const Change = z.discriminatedUnion("kind", [Commented, Moved, Labelled]);
export type Change = z.infer<typeof Change>;

/** A comment counts as guidance, and guidance has at most so many characters. */
const MOST_IN_COMMENT = 3_000;
const MOST_IN_DESCRIPTION = 8_000;
const MOST_IN_NAME = 100;

const AuthorRead = z
  .object({ accountId: AccountId.default(""), displayName: z.string().default("") })
  .nullish()
  .transform((author) => ({
    accountId: author?.accountId ?? "",
    displayName: plainText(author?.displayName ?? "", MOST_IN_NAME) || "Somebody",
  }));

/** A moment as ms since 1970: webhooks have texts and numbers, jira.js makes dates of some. */
export const Moment = z
  .union([
    z.number(),
    z.string().transform((text) => Date.parse(text)),
    z.date().transform((at) => at.getTime()),
  ])
  .refine((at) => Number.isFinite(at));

const CommentRead = z.object({
  id: Id,
  author: AuthorRead,
  /** Who wrote what it says now. */
  updateAuthor: AuthorRead,
  body: z.unknown().optional(),
  created: Moment,
  /** Only some may read it: it is not for a channel. */
  visibility: z.unknown().optional(),
  /** False: an internal note of a service desk. */
  jsdPublic: z.boolean().optional(),
  properties: z.array(z.object({ key: z.string() })).default([]),
});
type CommentRead = z.infer<typeof CommentRead>;

/** "toString" is also what every object can do. */
const words = z.string().nullish().catch(null);
const ItemRead = z.object({
  field: z.string().default(""),
  fieldId: z.string().optional(),
  to: words,
  fromString: words,
  toString: words,
});

/** A change of an issue, as its history and webhooks have it. */
export const HistoryRead = z.object({
  id: Id,
  author: AuthorRead,
  created: Moment.optional(),
  items: z.array(ItemRead).default([]),
});
export type HistoryRead = z.infer<typeof HistoryRead>;

/** An issue, as far as what happens to it is told with it. */
export const IssueRead = z.object({
  id: Id,
  key: IssueKey,
  fields: z
    .object({
      summary: z.string().nullish(),
      description: z.unknown().optional(),
      labels: z.array(z.string()).default([]),
      status: StatusRead.optional(),
      creator: AuthorRead,
      created: Moment.optional(),
      /** When anything was done to it last, comments too. */
      updated: Moment.optional(),
    })
    .prefault({}),
});
type IssueRead = z.infer<typeof IssueRead>;

/** A comment of somebody; null where it is not for everybody who sees the issue, where it is ours, or says nothing. */
export function toCommented(
  issue: Pick<IssueRead, "id" | "key">,
  read: unknown,
  ours: string,
): Commented | null {
  const comment: CommentRead | undefined = CommentRead.safeParse(read).data;
  if (!comment || (comment.visibility ?? null) !== null || comment.jsdPublic === false) return null;
  if (comment.properties.some(({ key }) => key === ours)) return null;
  const { id, body, created: at } = comment;
  const text = plainText(body, MOST_IN_COMMENT);
  if (text === "") return null;
  const of = { issueId: issue.id, issueKey: issue.key, author: authorOf(comment), at };
  return { kind: "comment", id: `comment:${id}`, ...of, text };
}

/** Words that somebody has put into another one's comment are nobody's word: neither may be taken for having said them. */
const authorOf = ({ author, updateAuthor }: CommentRead): CommentRead["author"] =>
  ["", author.accountId].includes(updateAuthor.accountId) ? author : { ...updateAuthor, accountId: "" };

/** What a change of an issue's fields is for us: a move, new labels, both or nothing. */
export function toChanges(
  issue: IssueRead,
  { id, items }: Pick<HistoryRead, "id" | "items">,
  who: { readonly author: z.infer<typeof Author>; readonly at: number },
): readonly Change[] {
  const of = { issueId: issue.id, issueKey: issue.key, ...who };
  return items.flatMap((item): readonly Change[] => {
    const field = fieldOf(item);
    if (field === "status") return [{ kind: "moved", id: `move:${id}`, ...of, to: movedTo(issue, item) }];
    if (field !== "labels") return [];
    const had = labelsOf(item.fromString);
    const labels = labelsOf(item.toString).filter((label) => !had.includes(label));
    return labels.length === 0
      ? []
      : [{ kind: "labelled", id: `label:${id}`, ...of, labels, ...toldBy(issue) }];
  });
}

/** An issue that was made with labels: nobody added them later. `history`: what was changed of it since, where that is known. */
export function toCreated(issue: IssueRead, history: readonly HistoryRead[] = []): Labelled | null {
  const { creator: author, created: at = 0 } = issue.fields;
  const [first] = history
    .toSorted((one, other) => (one.created ?? 0) - (other.created ?? 0))
    .flatMap(({ items }) => items.filter((item) => fieldOf(item) === "labels"));
  const labels = labelsOf(first ? first.fromString : issue.fields.labels.join(" "));
  if (labels.length === 0) return null;
  const of = { issueId: issue.id, issueKey: issue.key, author, at };
  return { kind: "labelled", id: `created:${issue.id}`, ...of, labels: [...labels], ...toldBy(issue) };
}

const fieldOf = ({ field, fieldId }: z.infer<typeof ItemRead>): string => fieldId ?? field;

const labelsOf = (text: string | null | undefined): readonly string[] =>
  (text ?? "")
    .toWellFormed()
    .replaceAll("\0", "")
    .split(/\s+/)
    .filter((label) => label !== "");

function movedTo({ fields: { status } }: IssueRead, item: z.infer<typeof ItemRead>): Moved["to"] {
  const category: Category | null = status !== undefined && status.id === item.to ? status.category : null;
  return { name: plainText(item.toString ?? "", MOST_IN_NAME) || "another status", category };
}

const toldBy = ({ fields: { summary, description } }: IssueRead) => ({
  summary: plainText(summary ?? "", 255).replaceAll("\n", " "),
  text: plainText(description ?? "", MOST_IN_DESCRIPTION),
});

const Webhook = z.object({
  webhookEvent: z.string(),
  timestamp: Moment.optional(),
  issue: IssueRead,
  user: AuthorRead,
  comment: z.unknown().optional(),
  changelog: HistoryRead.nullish(),
});

const Place = z.object({
  issue: z.object({ self: z.url(), key: IssueKey }),
});

/** Which site, and which project there, a webhook says that it comes from; null where it says nothing of the kind. */
export function placeIn(body: unknown): { readonly origin: string; readonly project: string } | null {
  const issue = Place.safeParse(body).data?.issue;
  if (!issue) return null;
  return { origin: new URL(issue.self).origin, project: issue.key.slice(0, issue.key.lastIndexOf("-")) };
}

/**
 * What a webhook tells of that matters to us; nothing where it tells of anything else, such as of an issue that was deleted: the
 * follower finds out when it next writes there. Null where it can't be read.
 */
export function changesIn(body: unknown, ours: string): readonly Change[] | null {
  const read = Webhook.safeParse(body);
  if (!read.success) return null;
  const { webhookEvent, issue, user: author, comment, changelog, timestamp: at = Date.now() } = read.data;
  switch (webhookEvent) {
    case "comment_created": {
      const commented = toCommented(issue, comment, ours);
      return commented ? [commented] : [];
    }
    case "jira:issue_updated":
      return changelog ? toChanges(issue, changelog, { author, at }) : [];
    case "jira:issue_created": {
      const created = toCreated(issue);
      return created ? [created] : [];
    }
    default:
      return [];
  }
}
