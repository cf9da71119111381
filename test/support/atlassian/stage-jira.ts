import { onTestFinished } from "vitest";
import { doc, paragraph } from "#integrations/jira/adf.ts";
import type { NewIssue } from "#integrations/jira/issue.ts";
import { openJira } from "#integrations/jira/jira.ts";
import { JiraSettings } from "#integrations/jira/settings.ts";
import { startJira } from "./jira.ts";

/** A double of Jira and our client of one of its projects, until the test is over. */
export async function stageJira(
  project = "PAY",
  settings: Record<string, unknown> = {},
  options: Parameters<typeof startJira>[0] = {},
) {
  const far = await startJira(options);
  onTestFinished(() => far.close());
  const connected = JiraSettings.parse({
    url: far.url,
    username: far.credentials.email,
    project,
    ...settings,
  });
  const open = () => openJira({ settings: connected, token: far.credentials.token, project: "billing" });
  return { far, jira: open(), open, settings: connected };
}

/** The run of issues in these tests. */
export const RUN = "0199aaaa-0000-7000-8000-000000000001";

/** An issue to be made, with what a test says of it. */
export const newIssue = (key: string, more: Partial<NewIssue> = {}): NewIssue => ({
  type: "Task",
  summary: `Do ${key}`,
  description: doc([paragraph("As planned.")]),
  labels: ["countersign"],
  mark: { run: RUN, key },
  ...more,
});
