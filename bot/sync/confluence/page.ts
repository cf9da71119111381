import { type Block, heading, paragraph, storageOf } from "#integrations/confluence/storage.ts";
import { bare } from "../../slack/blocks/text.ts";
import type { RunStory } from "../follower.ts";
import { communication } from "./page-communication.ts";
import { overview } from "./page-overview.ts";
import { plan } from "./page-plan.ts";
import { questions } from "./page-questions.ts";
import { requirements } from "./page-requirements.ts";
import { results } from "./page-results.ts";
import { timeline } from "./page-timeline.ts";

/** Confluence takes bodies of about 5 MB; people's part is in there too. */
const MOST_IN_PAGE = 2_000_000;

/** What our part of a run's page should show now. Pure: the same story always looks the same. */
export function pageOf(story: RunStory, threadLink: string | undefined): readonly Block[] {
  return fitting([
    { title: "Overview", blocks: overview(story, threadLink) },
    { title: "Requirements", blocks: requirements(story) },
    { title: "Plan", blocks: plan(story) },
    { title: "Questions and decisions", blocks: questions(story) },
    { title: "Agent communication", blocks: communication(story) },
    { title: "Results", blocks: results(story) },
    { title: "Timeline", blocks: timeline(story) },
  ]).flatMap(({ title, blocks }) => [heading(2, title), ...blocks]);
}

type Part = { readonly title: string; readonly blocks: readonly Block[] };

/** All parts, but for the longest ones where they are too much together: they say so. */
function fitting(parts: readonly Part[]): readonly Part[] {
  const sizes = parts.map(({ blocks }) => storageOf(blocks).length);
  if (sizes.reduce((sum, size) => sum + size, 0) <= MOST_IN_PAGE) return parts;
  const longest = sizes.indexOf(Math.max(...sizes));
  const instead = [paragraph("This is too much for a page: all of it is in Countersign.")];
  return fitting(parts.map((part, i) => (i === longest ? { ...part, blocks: instead } : part)));
}

const MOST_IN_TITLE = 200;

/**
 * What a run's page is called: "Workflow: Release billing 0.2.0 · g14". A space has each title once, so the second and later
 * ones (a run of the same goal, or a page of somebody's) say their number: "… (2)".
 */
export function titleOf({ brief }: RunStory, nth: number): string {
  const name = bare(brief.title, MOST_IN_TITLE) || "A goal";
  return `Workflow: ${name} · g${brief.goalNumber}${nth === 1 ? "" : ` (${nth})`}`;
}
