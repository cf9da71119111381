import { z } from "zod";
import { SiteUrl } from "../jira/settings.ts";

/** How a project is kept in step with Confluence. The API token is kept apart. */
export const ConfluenceSettings = z.strictObject({
  url: SiteUrl,
  /** The account's e-mail address (S4-64: CONFLUENCE_USERNAME). */
  username: z.string().min(1).max(255),
  /** The space's key: "ENG". */
  space: z.string().regex(/^~?[A-Za-z0-9]{1,255}$/, "a space's key, such as ENG"),
  /** The id of the page under which each run's page stands; null: the space's home page. */
  parent: z
    .union([z.string(), z.int().transform(String)])
    .pipe(z.string().regex(/^\d{1,20}$/, "a page's id, the number in its address"))
    .nullable()
    .default(null),
  labels: z
    .array(
      z
        .string()
        .regex(/^[^\s:;,.?&[\]()#^*!@]{1,255}$/, "a label has no spaces and no punctuation but - and _"),
    )
    .max(20)
    .default(["countersign"]),
});
export type ConfluenceSettings = z.infer<typeof ConfluenceSettings>;
