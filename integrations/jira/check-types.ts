import { OutsideRefusal } from "#engine/errors.ts";
import type { Finding } from "../atlassian/finding.ts";
import type { Site } from "./client.ts";
import type { CreateScreens, IssueType } from "./create-screens.ts";
import { typeOf } from "./new-issue.ts";
import type { JiraSettings } from "./settings.ts";

/** What an issue is for us. */
export type Role = "epic" | "step" | "goal";

/** The types that issues would have, with what each is for. */
export type Types = ReadonlyMap<Role, IssueType>;

const WORDS: Readonly<Record<Role, string>> = {
  epic: "workflows",
  step: "steps of workflows",
  goal: "goals",
};

/** What is written in this mode: unset, goals in words are issues and workflows epics. */
const rolesOf = ({ mode }: JiraSettings): readonly Role[] => {
  if (mode === "off") return [];
  if (mode === "issue") return ["goal"];
  return mode === "epic" ? ["epic", "step"] : ["goal", "epic", "step"];
};

/** Whether the types that we would make are there, and a step's can stand under an epic's. */
export async function checkTypes(
  site: Site,
  screens: CreateScreens,
): Promise<{ readonly findings: readonly Finding[]; readonly types: Types }> {
  const { settings } = site;
  const types = new Map<Role, IssueType>();
  const findings: Finding[] = [];
  if (settings.mode === "off")
    findings.push({ level: "warning", what: "Nothing is written: `jira.mode` is off" });
  for (const role of rolesOf(settings)) {
    const found = await find(site, screens, settings.issueTypes[role]);
    if (found instanceof OutsideRefusal) findings.push(notThere(role, await screens.types(), settings));
    else types.set(role, found);
  }
  const named = [...types].map(([role, { name }]) => `${WORDS[role]} become ${name}`).join(", ");
  if (types.size > 0) findings.unshift({ level: "ok", what: `The types of issues are there: ${named}` });
  const hierarchy = checkHierarchy(types, await screens.types());
  return { types, findings: hierarchy ? [...findings, hierarchy] : findings };
}

async function find(site: Site, screens: CreateScreens, name: string): Promise<IssueType | OutsideRefusal> {
  try {
    return await typeOf(site, screens, name);
  } catch (error) {
    if (error instanceof OutsideRefusal) return error;
    throw error;
  }
}

const LEVEL: Readonly<Record<Role, number>> = { epic: 1, step: 0, goal: 0 };

function notThere(role: Role, all: readonly IssueType[], { project, issueTypes }: JiraSettings): Finding {
  const fit = all.filter(({ level }) => level === LEVEL[role]).map(({ name }) => name);
  const other = role === "goal" ? "" : " Without one, set `jira.mode` to issue.";
  return {
    level: "problem",
    what: `${project} has no issue type “${issueTypes[role]}”, which ${WORDS[role]} would become`,
    todo:
      fit.length > 0
        ? `Set \`jira.issue_types.${role}\` to ${fit.join(" or ")}.`
        : `It has ${all.map(({ name }) => name).join(", ") || "none at all"}.${other}`,
  };
}

function checkHierarchy(types: Types, all: readonly IssueType[]): Finding | null {
  const [epic, step] = [types.get("epic"), types.get("step")];
  if (!epic || !step || step.level === epic.level - 1) return null;
  const fit = all.filter(({ level }) => level === epic.level - 1).map(({ name }) => name);
  return {
    level: "problem",
    what: `An issue of type ${step.name} can't stand under one of type ${epic.name}`,
    todo:
      fit.length > 0
        ? `Set \`jira.issue_types.step\` to ${fit.join(" or ")}.`
        : "Set `jira.issue_types.epic` to a type that stands above others.",
  };
}

/** Findings of types that differ in nothing but the type's name, said once for all of them. */
export function together(
  all: readonly { readonly type: IssueType; readonly findings: readonly Finding[] }[],
): readonly Finding[] {
  const groups = Map.groupBy(all, ({ findings }) => JSON.stringify(findings));
  return [...groups.values()].flatMap((group) => {
    const names = group.map(({ type }) => type.name).join(", ");
    return (group[0]?.findings ?? []).map((finding) => ({ ...finding, what: `${names}: ${finding.what}` }));
  });
}
