import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { readConfig, redacted, secretsOf } from "#bot/config.ts";

const dir = mkdtempSync(join(tmpdir(), "countersign-projects-"));
const yaml = join(dir, "countersign.yaml");
afterEach(() => rmSync(yaml, { force: true }));
afterAll(() => rmSync(dir, { recursive: true }));

const JIRA = {
  JIRA_URL: "https://acme.atlassian.net",
  JIRA_USERNAME: "bot@acme.com",
  JIRA_API_TOKEN: "jira-token",
};
const PAGES = {
  CONFLUENCE_URL: "https://acme.atlassian.net/wiki",
  CONFLUENCE_USERNAME: "bot@acme.com",
  CONFLUENCE_API_TOKEN: "page-token",
};

function projectsOf(text: string, env: Readonly<Record<string, string>> = { ...JIRA, ...PAGES }) {
  writeFileSync(yaml, text);
  return readConfig({ env, dir });
}
function wrongIn(
  text: string,
  env: Readonly<Record<string, string>> = { ...JIRA, ...PAGES },
): readonly string[] {
  try {
    projectsOf(text, env);
  } catch (error) {
    return String(error)
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

describe("projects in countersign.yaml", () => {
  test("need a Jira project or a space, and have a default for everything else", () => {
    const { projects } = projectsOf(
      "projects:\n  billing:\n    jira: {project: PAY}\n    confluence: {space: ENG}\n",
    );
    expect(projects).toEqual({
      billing: {
        jira: {
          token: "jira-token",
          settings: {
            ...{
              url: "https://acme.atlassian.net",
              username: "bot@acme.com",
              project: "PAY",
              labels: ["countersign"],
            },
            ...{
              issueTypes: { epic: "Epic", step: "Story", goal: "Task" },
              fields: {},
              inbound: "off",
              people: {},
            },
          },
        },
        confluence: {
          token: "page-token",
          settings: {
            ...{ url: "https://acme.atlassian.net", username: "bot@acme.com", space: "ENG", parent: null },
            labels: ["countersign"],
          },
        },
      },
    });
  });

  test("are written as README shows it", () => {
    const readme = readFileSync(fileURLToPath(new URL("../../README.md", import.meta.url)), "utf8");
    const example = /```yaml\n(projects:[\s\S]*?)```/.exec(readme)?.[1] ?? "";
    expect(projectsOf(example).projects["billing"]).toMatchObject({
      jira: {
        settings: {
          ...{
            project: "PAY",
            mode: "issue",
            inbound: "off",
            goalLabel: "agent",
            fields: { Team: "Payments" },
          },
          people: { "5b10a2844c20165700ede21g": "U02BOB" },
        },
      },
      confluence: { settings: { space: "ENG", parent: "12345" } },
    });
  });

  test("have accounts of their own before those that are set for all", () => {
    const own = "    JIRA_USERNAME: own@acme.com\n    jira_api_token: own-token\n";
    const { projects } = projectsOf(
      `projects:\n  billing:\n${own}    jira: {project: PAY}\n  shop:\n    jira: {project: SHOP}\n`,
    );
    expect(projects).toMatchObject({
      billing: { jira: { token: "own-token", settings: { username: "own@acme.com" } }, confluence: null },
      shop: { jira: { token: "jira-token", settings: { username: "bot@acme.com" } } },
    });
  });

  test("may be turned off in words that YAML once took for no", () => {
    const { projects } = projectsOf(
      "projects:\n  billing:\n    jira: {project: PAY, mode: off, inbound: off}\n",
    );
    expect(projects["billing"]?.jira?.settings).toMatchObject({ mode: "off", inbound: "off" });
  });

  test("take the number of a page with and without quotes, and keep names of fields as they are", () => {
    const { projects } = projectsOf(
      "projects:\n  billing:\n    jira: {project: PAY, fields: {story_points: 3, Team: {value: Red}}}\n    confluence: {space: ENG, parent: 98765}\n",
    );
    expect(projects["billing"]).toMatchObject({
      jira: { settings: { fields: { story_points: 3, Team: { value: "Red" } } } },
      confluence: { settings: { parent: "98765" } },
    });
  });

  test("keep their tokens from every log", () => {
    const config = projectsOf(
      "projects:\n  billing:\n    JIRA_API_TOKEN: own-token\n    jira: {project: PAY}\n",
    );
    expect(secretsOf(config)).toEqual(expect.arrayContaining(["own-token", "jira-token", "page-token"]));
    expect(JSON.stringify(redacted(config))).not.toMatch(/own-token|jira-token|page-token/);
  });
});

describe("What is wrong with projects", () => {
  test("is said all at once, each with its place and what to write", () => {
    const wrong = wrongIn(
      [
        "projects:",
        "  billing:",
        "    jirra: {}",
        "    jira: {project: pay, mode: story, inbound: yes, goal_lable: x, labels: [a b], people: {a: bob}}",
        "    confluence: {space: E N G, parent: home, labels: ['a:b']}",
        "  shop: PAY",
        "  web:",
        "    jira: PAY",
      ].join("\n"),
    );
    expect(wrong).toEqual([
      'projects.billing.jirra is not a setting of a project: did you mean "jira"?',
      "projects.billing.jira.project can't be used: a Jira project's key, such as PAY, in capital letters.",
      expect.stringMatching(/^projects\.billing\.jira\.mode can't be used: .*"issue"\|"epic"\|"off"/),
      "projects.billing.jira.labels.0 can't be used: a label has no spaces, and at most 255 characters.",
      expect.stringMatching(/^projects\.billing\.jira\.inbound can't be used: .*"off"\|"webhook"\|"poll"/),
      expect.stringMatching(/^projects\.billing\.jira\.people\.a can't be used: .*/),
      'projects.billing.jira.goal_lable is not a setting that there is: did you mean "goal_label"?',
      "projects.billing.confluence.space can't be used: a space's key, such as ENG.",
      "projects.billing.confluence.parent can't be used: a page's id, the number in its address.",
      "projects.billing.confluence.labels.0 can't be used: a label has no spaces and no punctuation but - and _.",
      "projects.shop must hold `jira:` or `confluence:`.",
      "projects.web.jira must hold settings, such as `project: PAY`.",
    ]);
  });

  test("is each part of an account that is missing, by its name", () => {
    expect(
      wrongIn("projects:\n  billing:\n    jira: {project: PAY}\n", { JIRA_USERNAME: "bot@acme.com" }),
    ).toEqual([
      "JIRA_URL must be set for project billing: in the environment, in .env, or under projects.billing.",
      "JIRA_API_TOKEN must be set for project billing: in the environment, in .env, or under projects.billing.",
    ]);
  });

  test.each([
    ["projects: [billing]", "projects must hold projects by their names, such as `billing:`."],
    ["projects:\n  billing:\n    jira: {}", "projects.billing.jira.project must be set."],
    [
      "projects:\n  billing:\n    JIRA_URL: acme\n    jira: {project: PAY}",
      /JIRA_URL.*an address such as https:\/\/acme\.atlassian\.net/,
    ],
    ["jira_url: acme\n", /^JIRA_URL \(from countersign.yaml\) is "acme": it must be your site's address/],
  ])("%j is said", (text, sentence) => {
    const env = text.startsWith("jira_url") ? {} : { ...JIRA, ...PAGES };
    expect(wrongIn(text, env)).toEqual([
      typeof sentence === "string" ? sentence : expect.stringMatching(sentence),
    ]);
  });

  test("never shows a token", () => {
    const wrong = wrongIn("projects:\n  billing:\n    JIRA_API_TOKEN: own-token\n    jira: {project: x}\n");
    expect(wrong.join()).not.toContain("own-token");
  });

  test("give no label that makes goals to the issues that we make, and no token to a site without https", () => {
    const loop = "projects:\n  billing:\n    jira: {project: PAY, labels: [agent], goal_label: agent}\n";
    expect(wrongIn(loop)).toEqual([
      expect.stringMatching(/^projects\.billing\.jira\.goal_label .*bear this label/),
    ]);
    const plain = { ...JIRA, JIRA_URL: "http://jira.acme.com" };
    expect(wrongIn("projects:\n  billing:\n    jira: {project: PAY}\n", plain)).toEqual([
      expect.stringMatching(/JIRA_URL .*https/),
    ]);
  });
});
