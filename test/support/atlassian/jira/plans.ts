/** A status of a workflow: its name is the project's own, its category is Jira's. */
export type Status = {
  readonly id: string;
  readonly name: string;
  readonly category: "new" | "indeterminate" | "done";
};

/** A way from some statuses (all, where none is named) to another one. */
export type Transition = {
  readonly id: string;
  readonly name: string;
  readonly from?: readonly string[];
  readonly to: string;
  /** Fields its screen asks for. */
  readonly requires?: readonly string[];
};

/** The statuses in their order, the first one is where an issue begins. */
type Workflow = { readonly statuses: readonly Status[]; readonly transitions: readonly Transition[] };

/** A kind of issue; `level` 1 is above 0 is above -1. */
export type IssueType = { readonly id: string; readonly name: string; readonly level: 1 | 0 | -1 };

/** A field beyond those that every issue has. */
export type CustomField = {
  readonly id: string;
  readonly name: string;
  readonly kind: "string" | "option";
  readonly options?: readonly string[];
  readonly required: boolean;
  /** The issue types whose screen has it; all, where none is named. */
  readonly types?: readonly string[];
};

/** A project as somebody set it up. */
export type ProjectPlan = {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly style: "classic" | "next-gen";
  readonly kind?: "software" | "business";
  readonly types: readonly IssueType[];
  readonly workflow: Workflow;
  /** What is not on its screens. */
  readonly offScreen?: readonly string[];
  readonly custom?: readonly CustomField[];
  /** What we may not do there. */
  readonly denied?: readonly Permission[];
};

/** What Jira asks leave for. */
export type Permission = (typeof permissions)[number];

/** All that the double knows of. */
export const permissions = [
  "BROWSE_PROJECTS",
  "CREATE_ISSUES",
  "EDIT_ISSUES",
  "TRANSITION_ISSUES",
  "ADD_COMMENTS",
  "EDIT_OWN_COMMENTS",
  "DELETE_ISSUES",
  "LINK_ISSUES",
  "ASSIGN_ISSUES",
  "ASSIGNABLE_USER",
  "SET_ISSUE_SECURITY",
  "ADMINISTER_PROJECTS",
] as const;

const classicTypes = [
  { id: "10000", name: "Epic", level: 1 },
  { id: "10001", name: "Story", level: 0 },
  { id: "10002", name: "Task", level: 0 },
  { id: "10003", name: "Sub-task", level: -1 },
] as const;

const epicName = {
  id: "customfield_10011",
  name: "Epic Name",
  kind: "string",
  required: false,
  types: ["Epic"],
} as const;

const renamed: Workflow = {
  statuses: [
    { id: "10100", name: "Offen", category: "new" },
    { id: "10101", name: "In Arbeit", category: "indeterminate" },
    { id: "10102", name: "Fertig", category: "done" },
    { id: "10103", name: "Abgebrochen", category: "done" },
  ],
  transitions: [
    { id: "11", name: "Zurück auf Anfang", to: "Offen" },
    { id: "21", name: "Beginnen", from: ["Offen", "Fertig", "Abgebrochen"], to: "In Arbeit" },
    { id: "31", name: "Erledigen", from: ["Offen", "In Arbeit"], to: "Fertig" },
    { id: "41", name: "Abbrechen", from: ["Offen", "In Arbeit"], to: "Abgebrochen" },
  ],
};

const threeSteps: Workflow = {
  statuses: [
    { id: "10200", name: "To Do", category: "new" },
    { id: "10201", name: "In Progress", category: "indeterminate" },
    { id: "10202", name: "Done", category: "done" },
  ],
  transitions: [
    { id: "11", name: "To Do", to: "To Do" },
    { id: "21", name: "In Progress", to: "In Progress" },
    { id: "31", name: "Done", to: "Done" },
  ],
};

const manyHops: Workflow = {
  statuses: [
    { id: "10300", name: "Backlog", category: "new" },
    { id: "10301", name: "Selected", category: "new" },
    { id: "10302", name: "Doing", category: "indeterminate" },
    { id: "10303", name: "In Review", category: "indeterminate" },
    { id: "10304", name: "Released", category: "done" },
    { id: "10305", name: "Won't Do", category: "done" },
  ],
  transitions: [
    { id: "11", name: "Select", from: ["Backlog"], to: "Selected" },
    { id: "21", name: "Start", from: ["Selected"], to: "Doing" },
    { id: "31", name: "Ask for review", from: ["Doing"], to: "In Review" },
    { id: "32", name: "Send back", from: ["In Review"], to: "Doing" },
    { id: "41", name: "Release", from: ["In Review"], to: "Released" },
    { id: "51", name: "Drop", from: ["Backlog", "Selected", "Doing"], to: "Won't Do" },
  ],
};

const withScreen: Workflow = {
  statuses: threeSteps.statuses.map((status) => ({ ...status, id: `104${status.id.slice(3)}` })),
  transitions: [
    { id: "21", name: "Start", from: ["To Do"], to: "In Progress" },
    { id: "31", name: "Resolve", from: ["To Do", "In Progress"], to: "Done", requires: ["resolution"] },
  ],
};

/** The projects of a double that is told nothing else. */
export const usualProjects: readonly ProjectPlan[] = [
  {
    id: "10010",
    key: "PAY",
    name: "Zahlungen",
    style: "classic",
    types: classicTypes,
    workflow: renamed,
    custom: [epicName],
  },
  {
    id: "10011",
    key: "MOB",
    name: "Mobile app",
    style: "next-gen",
    types: [
      { id: "10020", name: "Epic", level: 1 },
      { id: "10021", name: "Story", level: 0 },
      { id: "10022", name: "Task", level: 0 },
      { id: "10023", name: "Subtask", level: -1 },
    ],
    workflow: threeSteps,
  },
  { id: "10012", key: "HOP", name: "Many hops", style: "classic", types: classicTypes, workflow: manyHops },
  {
    id: "10013",
    key: "TEAM",
    name: "Needs a team",
    style: "classic",
    types: classicTypes,
    workflow: threeSteps,
    custom: [
      { id: "customfield_10050", name: "Team", kind: "option", options: ["Red", "Blue"], required: true },
    ],
  },
  {
    id: "10014",
    key: "OPS",
    name: "Operations",
    style: "classic",
    kind: "business",
    types: classicTypes.filter(({ level, name }) => level < 1 && name !== "Story"),
    workflow: threeSteps,
    offScreen: ["labels", "assignee"],
  },
  {
    id: "10015",
    key: "REV",
    name: "Resolution on a screen",
    style: "classic",
    types: classicTypes,
    workflow: withScreen,
  },
  {
    id: "10016",
    key: "EPN",
    name: "Epic name is required",
    style: "classic",
    types: classicTypes,
    workflow: threeSteps,
    custom: [{ ...epicName, required: true }],
  },
  {
    id: "10017",
    key: "READ",
    name: "Only to be read",
    style: "classic",
    types: classicTypes,
    workflow: threeSteps,
    denied: permissions.filter((one) => one !== "BROWSE_PROJECTS"),
  },
  {
    id: "10018",
    key: "HID",
    name: "Hidden",
    style: "classic",
    types: classicTypes,
    workflow: threeSteps,
    denied: permissions,
  },
];
