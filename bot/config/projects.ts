import { z } from "zod";
import { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { nearest } from "./nearest.ts";
import type { Problem } from "./problem.ts";
import type { Values } from "./variables.ts";

/** How a project's goals are kept in step with a system, and the token that it takes. */
export type Connected<Settings> = { readonly settings: Settings; readonly token: string };

/** What the settings' file says of a project, by the project's name. */
export type ProjectConfig = {
  readonly jira: Connected<JiraSettings> | null;
  readonly confluence: Connected<ConfluenceSettings> | null;
};

/** Names of the source document (S4-62, S4-64), each project's own or one for all. */
const ACCOUNTS = {
  jira: { url: "JIRA_URL", username: "JIRA_USERNAME", token: "JIRA_API_TOKEN" },
  confluence: { url: "CONFLUENCE_URL", username: "CONFLUENCE_USERNAME", token: "CONFLUENCE_API_TOKEN" },
} as const;
type Account = (typeof ACCOUNTS)[keyof typeof ACCOUNTS];
const NAMES = Object.values(ACCOUNTS).flatMap((account) => Object.values(account));
const inFile = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const SETTINGS = {
  jira: Object.keys(JiraSettings.shape).map(inFile),
  confluence: Object.keys(ConfluenceSettings.shape).map(inFile),
} as const;
const KNOWN = [...NAMES.map((name) => name.toLowerCase()), "jira", "confluence"];

type Section = Readonly<Record<string, unknown>>;
const Section = z.record(z.string(), z.unknown());

/**
 * Reads `projects: { billing: { jira: { project: PAY }, confluence: { space: ENG } } }`. A project's own `JIRA_URL`, … go before
 * those that are set for all.
 */
export function readProjects(
  value: unknown,
  common: Values,
  problems: Problem[],
): Readonly<Record<string, ProjectConfig>> {
  const projects: Record<string, ProjectConfig> = {};
  const read = Section.safeParse(value ?? {});
  if (!read.success)
    problems.push({ name: "projects", sentence: "must hold projects by their names, such as `billing:`." });
  for (const [name, one] of Object.entries(read.data ?? {})) {
    const section = Section.safeParse(one ?? {});
    if (!section.success)
      problems.push({ name: `projects.${name}`, sentence: "must hold `jira:` or `confluence:`." });
    else projects[name] = readProject(name, section.data, common, problems);
  }
  return projects;
}

function readProject(name: string, section: Section, common: Values, problems: Problem[]): ProjectConfig {
  for (const key of Object.keys(section))
    if (!KNOWN.includes(key.toLowerCase())) {
      const near = nearest(key, KNOWN);
      const advice = near ? `did you mean "${near}"?` : "remove it.";
      problems.push({
        name: `projects.${name}.${key}`,
        sentence: `is not a setting of a project: ${advice}`,
      });
    }
  const own = { name, section, common, problems };
  return {
    jira: readConnected(own, "jira", JiraSettings),
    confluence: readConnected(own, "confluence", ConfluenceSettings),
  };
}

type Own = {
  readonly name: string;
  readonly section: Section;
  readonly common: Values;
  readonly problems: Problem[];
};

function readConnected<Settings>(
  { name, section, common, problems }: Own,
  system: keyof typeof ACCOUNTS,
  schema: z.ZodType<Settings>,
): Connected<Settings> | null {
  if (section[system] === undefined || section[system] === null) return null;
  const at = `projects.${name}.${system}`;
  const written = Section.safeParse(section[system]);
  if (!written.success) {
    problems.push({ name: at, sentence: "must hold settings, such as `project: PAY`." });
    return null;
  }
  const { url, username, token } = accountOf(ACCOUNTS[system], section, common);
  const missing = Object.entries({ url, username, token }).filter(([, text]) => text === undefined);
  for (const [part] of missing)
    problems.push({
      name: ACCOUNTS[system][part as keyof Account],
      sentence: `must be set for project ${name}: in the environment, in .env, or under projects.${name}.`,
    });
  const read = schema.safeParse({ ...toCamelCase(written.data), url, username });
  const account = { url, username };
  for (const issue of read.success ? [] : read.error.issues)
    problems.push(...toProblems({ name, system, account }, issue));
  return read.success && token !== undefined ? { settings: read.data, token } : null;
}

type Where = {
  readonly name: string;
  readonly system: keyof typeof ACCOUNTS;
  readonly account: Readonly<Record<"url" | "username", string | undefined>>;
};

/** What is wrong with a setting, by the name that it has in the file. What an account lacks has been said. */
function toProblems({ name, system, account }: Where, issue: z.core.$ZodIssue): readonly Problem[] {
  const at = `projects.${name}`;
  const [first, ...more] = issue.path.map(String);
  const wrong = `can't be used: ${issue.message}.`;
  if (first === "url" || first === "username")
    return account[first] === undefined
      ? []
      : [{ name: `${at}.${ACCOUNTS[system][first]}`, sentence: wrong }];
  const setting = [at, system, ...(first === undefined ? [] : [inFile(first)]), ...more].join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) =>
      unknownSetting(setting, inFile(key), more.length === 0 && first === undefined ? SETTINGS[system] : []),
    );
  const isMissing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
  return [{ name: setting, sentence: isMissing ? "must be set." : wrong }];
}

function unknownSetting(at: string, key: string, known: readonly string[]): Problem {
  const near = nearest(key, known);
  return {
    name: `${at}.${key}`,
    sentence: `is not a setting that there is: ${near ? `did you mean "${near}"?` : "remove it."}`,
  };
}

/** A project's own first, by its name in capitals or not. */
function accountOf(account: Account, section: Section, common: Values) {
  const of = (name: Account[keyof Account]): string | undefined => {
    const own = section[name] ?? section[name.toLowerCase()];
    return own === undefined || own === null ? common[name] : String(own);
  };
  return { url: of(account.url), username: of(account.username), token: of(account.token) };
}

/** Settings are written with underscores; what lies inside `fields` and `people` is theirs. */
const toCamelCase = (section: Section): Section =>
  Object.fromEntries(
    Object.entries(section).map(([key, value]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
