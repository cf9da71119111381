import type { Project } from "./model.ts";
import type { CustomField, IssueType } from "./plans.ts";

/** A field on a screen, as create metadata describes it. */
export type ScreenField = {
  readonly fieldId: string;
  readonly key: string;
  readonly name: string;
  readonly required: boolean;
  readonly hasDefaultValue: boolean;
  readonly operations: readonly string[];
  readonly schema: Readonly<Record<string, unknown>>;
  readonly allowedValues?: readonly unknown[];
};

/** The priorities of the site. */
export const priorities = ["Highest", "High", "Medium", "Low", "Lowest"].map((name, index) => ({
  id: String(index + 1),
  name,
}));

/** The resolutions of the site. */
export const resolutions = [
  { id: "10000", name: "Done" },
  { id: "10001", name: "Won't Do" },
];

/** What the screens of an issue type have, to create and to edit. */
export function screenOf(project: Project, type: IssueType): ScreenField[] {
  const system = [
    field("summary", "Summary", "string", { required: true }),
    field("issuetype", "Issue Type", "issuetype", { required: true, operations: [] }),
    field("project", "Project", "project", { required: true }),
    field("description", "Description", "string"),
    field("labels", "Labels", "array", { items: "string", operations: ["add", "set", "remove"] }),
    field("assignee", "Assignee", "user"),
    field("reporter", "Reporter", "user", { required: true, hasDefaultValue: true }),
    field("priority", "Priority", "priority", { hasDefaultValue: true, allowedValues: priorities }),
    ...(hasParents(project, type)
      ? [field("parent", "Parent", "issuelink", { required: type.level < 0 })]
      : []),
  ];
  const custom = project.custom.filter(({ types }) => !types || types.includes(type.name));
  return [
    ...system.filter(({ fieldId }) => !project.offScreen.includes(fieldId)),
    ...custom.map(customField),
  ];
}

/** Whether something can stand above an issue of this type. */
function hasParents(project: Project, type: IssueType): boolean {
  return project.types.some(({ level }) => level === type.level + 1);
}

type More = {
  required?: boolean;
  hasDefaultValue?: boolean;
  items?: string;
  operations?: string[];
  allowedValues?: unknown[];
};

function field(id: string, name: string, type: string, more: More = {}): ScreenField {
  const { items, required = false, hasDefaultValue = false, operations = ["set"], allowedValues } = more;
  return {
    fieldId: id,
    key: id,
    name,
    required,
    hasDefaultValue,
    operations,
    schema: { type, system: id, ...(items ? { items } : {}) },
    ...(allowedValues ? { allowedValues } : {}),
  };
}

function customField({ id, name, kind, options, required }: CustomField): ScreenField {
  const type = kind === "option" ? "select" : id === "customfield_10011" ? "gh-epic-label" : "textfield";
  return {
    fieldId: id,
    key: id,
    name,
    required,
    hasDefaultValue: false,
    operations: ["set"],
    schema: {
      type: kind,
      custom: `com.atlassian.jira.plugin.system.customfieldtypes:${type}`,
      customId: Number(id.slice(12)),
    },
    ...(options ? { allowedValues: optionsOf({ id, options }) } : {}),
  };
}

/** The options of a field with their ids. */
export function optionsOf({
  id,
  options,
}: Pick<CustomField, "id" | "options">): { id: string; value: string }[] {
  return (options ?? []).map((value, index) => ({ id: `${id.slice(12)}${index}`, value }));
}

/** What Jira says of a field that a screen does not have. */
export function offScreen(name: string): string {
  return `Field '${name}' cannot be set. It is not on the appropriate screen, or unknown.`;
}
