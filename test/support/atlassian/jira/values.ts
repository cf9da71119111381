import { wrongDocument } from "../adf.ts";
import { asObject, type Issue, type Project, refuse } from "./model.ts";
import type { IssueType } from "./plans.ts";
import { optionsOf, priorities, resolutions } from "./screens.ts";
import { findIssue, projectOf, type Site } from "./state.ts";

/** For which issue a value is meant. */
export type Place = {
  readonly site: Site;
  readonly project: Project;
  readonly type: IssueType;
  readonly issue?: Issue | undefined;
};

/** A value as it is kept; a text is what Jira says against it. */
type Read = { readonly value: unknown } | string;

const longest = 32_767;

/** Reads what somebody wants in a field. */
export function readValue(place: Place, name: string, wanted: unknown): Read {
  if (name === "summary") return readSummary(wanted);
  if (name === "description") return readDescription(wanted);
  if (name === "labels") return readLabels(wanted);
  if (name === "assignee" || name === "reporter") return readPerson(place.site, wanted);
  if (name === "priority") return readChoice(priorities, wanted, "The priority selected is invalid.");
  if (name === "resolution") return readChoice(resolutions, wanted, "The resolution selected is invalid.");
  if (name === "parent") return readParent(place, wanted);
  return readCustom(place, name, wanted);
}

/** Refuses a document that Jira would not take, or that is too long for it. */
export function demandDocument(field: string, value: unknown): void {
  if (wrongDocument(value) !== undefined) throw refuse(400, ["INVALID_INPUT"]);
  const words = "The entered text is too long. It exceeds the allowed limit of 32,767 characters.";
  if (JSON.stringify(value).length > longest) throw refuse(400, [], { [field]: words });
}

function readSummary(wanted: unknown): Read {
  if (typeof wanted !== "string" || wanted.trim() === "") return "You must specify a summary of the issue.";
  if (/[\n\r]/.test(wanted)) return "The summary is invalid because it contains newline characters.";
  if (wanted.length > 255) return "Summary can't exceed 255 characters.";
  return { value: wanted.trim() };
}

function readDescription(wanted: unknown): Read {
  if (wanted === null) return { value: null };
  if (!asObject(wanted))
    return "Operation value must be an Atlassian Document (see the Atlassian Document Format)";
  demandDocument("description", wanted);
  return { value: wanted };
}

function readLabels(wanted: unknown): Read {
  if (!Array.isArray(wanted) || wanted.some((label) => typeof label !== "string"))
    return "data was not an array";
  const labels = wanted as string[];
  const spaced = labels.find((label) => /\s/.test(label));
  if (spaced !== undefined) return `The label '${spaced}' contains spaces which is invalid.`;
  const long = labels.find((label) => label.length > 255);
  if (long !== undefined) return `The label '${long}' exceeds the maximum length of 255 characters.`;
  return { value: [...new Set(labels.filter((label) => label !== ""))] };
}

function readPerson(site: Site, wanted: unknown): Read {
  const id = asObject(wanted)?.["accountId"] ?? asObject(wanted)?.["id"] ?? null;
  if (wanted === null || id === null) return { value: null };
  const person = site.people.find(({ accountId }) => accountId === id);
  if (!person) return "Specify a valid value for this field: the account does not exist or you can't see it.";
  if (person.gone) return `User '${person.displayName}' cannot be assigned issues.`;
  return { value: person.accountId };
}

function readChoice(all: readonly { id: string; name: string }[], wanted: unknown, words: string): Read {
  const { id, name } = { id: undefined, name: undefined, ...asObject(wanted) };
  const value = all.find((one) => (id === undefined ? one.name === name : one.id === String(id)));
  return value ? { value } : words;
}

function readParent({ site, project, type, issue }: Place, wanted: unknown): Read {
  if (wanted === null && type.level >= 0) return { value: null };
  const ref = asObject(wanted)?.["id"] ?? asObject(wanted)?.["key"];
  const parent = typeof ref === "string" ? findIssue(site, ref) : undefined;
  if (!parent) return "Could not find issue by id or key.";
  const parentType = projectOf(site, parent).types.find(({ id }) => id === parent.type);
  const elsewhere = parent.project !== project.key && (type.level < 0 || project.style === "next-gen");
  if (parentType?.level !== type.level + 1 || elsewhere || parent === issue) {
    throw refuse(400, [], { parentId: "Given parent work item does not belong to appropriate hierarchy." });
  }
  return { value: parent.id };
}

function readCustom({ project }: Place, name: string, wanted: unknown): Read {
  const custom = project.custom.find(({ id }) => id === name);
  if (wanted === null) return { value: null };
  if (custom?.kind !== "option") {
    if (typeof wanted !== "string") return "Operation value must be a string";
    return wanted.length > 255
      ? "The entered text is too long. It exceeds the allowed limit of 255 characters."
      : { value: wanted };
  }
  const { id, value } = { id: undefined, value: undefined, ...asObject(wanted) };
  const option = optionsOf(custom).find((one) =>
    id === undefined ? one.value === value : one.id === String(id),
  );
  return option ? { value: option } : `Option value '${String(value ?? id)}' is not valid`;
}
