import type { System } from "#db/connections.ts";

const OPTIONS: Readonly<Record<string, string>> = {
  "jira.mode": "--mode …",
  "jira.project": "--key …",
  "jira.labels": "--label …",
  "jira.people": "--person …",
  "confluence.space": "--space …",
  "confluence.parent": "--parent …",
  "confluence.labels": "--label …",
};
const NAMED: Readonly<Record<string, string>> = { fields: "--field", issue_types: "--type" };

/**
 * The options that set what a sentence names as countersign.yaml does: "--field team=…" for `jira.fields.team`. Empty where it names
 * no setting that has one.
 */
export function optionsIn(sentence: string, system: System): readonly string[] {
  const settings = [...sentence.matchAll(/`((?:jira|confluence)\.[^`]+)`/g)].map(([, name = ""]) => name);
  const options = settings.flatMap((setting) => {
    const [of, part = "", ...rest] = setting.split(".");
    if (of !== system) return [];
    const name = rest.join(".");
    const option = name === "" ? undefined : NAMED[part];
    if (option === undefined) return OPTIONS[setting] ?? [];
    return /^[\w.-]+$/.test(name) ? `${option} ${name}=…` : `${option} '${name.replaceAll("'", "")}=…'`;
  });
  return [...new Set(options)];
}
