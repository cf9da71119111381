import { inert } from "./text.ts";

/** A thing outside Slack that shows a goal: "PAY-1" in Jira, its page in Confluence. */
export type OutsideLink = { readonly label: string; readonly url: string };

const MOST_IN_LABEL = 60;

/** Links in small words: "PAY-1", "page". Only addresses that a browser opens, and nothing in them ends the link early. */
export const outsideLinks = (links: readonly OutsideLink[] = []): readonly string[] =>
  links.flatMap(({ label, url }) =>
    URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
      ? [`<${new URL(url).href.replaceAll("|", "%7C")}|${inert(label, MOST_IN_LABEL)}>`]
      : [],
  );
