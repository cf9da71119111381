import type { Sql } from "postgres";
import { closeLink, type LinkPlace, linksOf } from "#db/links.ts";
import { PAGE_KEY } from "./shown.ts";

/** Leaves out a run's page: it is not made, or stays as it is. Resolves to what was left out, for people. */
export async function skipInConfluence(sql: Sql, place: LinkPlace): Promise<readonly string[]> {
  const link = (await linksOf(sql, place)).get(PAGE_KEY);
  if (link?.state === "gone" || link?.state === "skipped") return [];
  await closeLink(sql, place, PAGE_KEY, "skipped");
  return [link?.state === "there" ? "the page: it stays as it is" : "the page"];
}
