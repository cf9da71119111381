import { Refused } from "../double.ts";
import type { Permission, ProjectPlan } from "./plans.ts";

/** Somebody on the site. */
export type Person = {
  /** What tests call them. */
  readonly name: string;
  readonly accountId: string;
  readonly displayName: string;
  readonly emailAddress: string;
  readonly hidesEmail?: boolean;
  readonly gone?: boolean;
};

/** A project as it stands. */
export type Project = Omit<ProjectPlan, "denied" | "custom" | "offScreen"> & {
  readonly denied: Set<Permission>;
  readonly custom: NonNullable<ProjectPlan["custom"]>;
  readonly offScreen: readonly string[];
  issued: number;
};

/** A comment on an issue. */
export type Comment = {
  readonly id: string;
  readonly author: string;
  body: unknown;
  readonly created: number;
  updated: number;
  updateAuthor: string;
  readonly properties: Map<string, unknown>;
  readonly visibility?: unknown;
};

/** A link that leads out of Jira. */
export type RemoteLink = {
  readonly id: number;
  globalId: string | undefined;
  relationship: string | undefined;
  object: unknown;
};

/** One field that changed. */
export type ChangedField = {
  readonly field: string;
  readonly from?: string | undefined;
  readonly fromString?: string | undefined;
  readonly to?: string | undefined;
  readonly toString: string;
};

/** What somebody changed at once. */
export type Change = {
  readonly id: string;
  readonly author: string;
  readonly created: number;
  readonly items: readonly ChangedField[];
};

/** An issue as it stands. */
export type Issue = {
  readonly id: string;
  key: string;
  readonly formerKeys: string[];
  project: string;
  type: string;
  status: string;
  /** summary, description, labels, assignee (account id), parent (issue id), resolution, custom fields. */
  readonly fields: Record<string, unknown>;
  readonly properties: Map<string, unknown>;
  readonly comments: Comment[];
  readonly links: RemoteLink[];
  readonly changes: Change[];
  readonly creator: string;
  readonly created: number;
  /** When it was changed, each time. */
  readonly touched: number[];
};

/** A refusal as Jira words it. */
export function refuse(
  status: number,
  messages: readonly string[],
  errors: Record<string, string> = {},
): Refused {
  return new Refused({ status, body: { errorMessages: messages, errors } });
}

/** What is not there, or not for us. */
export function notFound(words: string): Refused {
  return refuse(404, [words]);
}

/** A wrong field. */
export function wrongField(field: string, words: string): Refused {
  return refuse(400, [], { [field]: words });
}

/** An object of JSON, or nothing. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

/** A moment as Jira writes it. */
export function moment(at: number): string {
  return new Date(at).toISOString().replace("Z", "+0000");
}
