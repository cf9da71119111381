import type { JiraSettings } from "#integrations/jira/settings.ts";

/** A Jira project as go-aheads name it: "https://acme.atlassian.net PAY". */
export const placeOf = ({ url, project }: Pick<JiraSettings, "url" | "project">): string =>
  `${url} ${project}`;
