import { z } from "zod";

/** Jira refuses labels with spaces. */
const Label = z.string().regex(/^\S{1,255}$/, "a label has no spaces, and at most 255 characters");

const HERE = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** The site's address, as people type it: "https://acme.atlassian.net". Without https the token would be there for all to read. */
export const SiteUrl = z
  .url({ protocol: /^https?$/, error: "an address such as https://acme.atlassian.net" })
  .transform((url) => new URL(url))
  .refine(({ protocol, hostname }) => protocol === "https:" || HERE.has(hostname), {
    error: "an address that begins with https://",
  })
  .transform(({ origin }) => origin);

/** How a project is kept in step with Jira. The API token is kept apart. */
export const JiraSettings = z
  .strictObject({
    url: SiteUrl,
    /** The account's e-mail address (S4-62: JIRA_USERNAME). */
    username: z.string().min(1).max(255),
    /** The key of the Jira project: "PAY". */
    project: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{1,254}$/, "a Jira project's key, such as PAY, in capital letters"),
    /** Unset: `issue` for goals in words, `epic` for saved workflows. */
    mode: z.enum(["issue", "epic", "off"]).optional(),
    labels: z.array(Label).max(20).default(["countersign"]),
    /** What the types of issues are called there. */
    issueTypes: z
      .strictObject({
        epic: z.string().min(1).default("Epic"),
        step: z.string().min(1).default("Story"),
        goal: z.string().min(1).default("Task"),
      })
      .prefault({}),
    /** Fields that the project requires, by their name or id: `{ Team: "Payments" }`. */
    fields: z.record(z.string().min(1), z.unknown()).default({}),
    /** Whether what happens in Jira is heard here, and how. */
    inbound: z.enum(["off", "webhook", "poll"]).default("off"),
    /** An issue that gets this label becomes a goal; only where `inbound` is on. */
    goalLabel: Label.optional(),
    /** Slack ids of people by their Jira account id, where their e-mail addresses don't tell. */
    people: z.record(z.string(), z.string().regex(/^[UW][A-Z0-9]{2,20}$/)).default({}),
  })
  .refine(({ labels, goalLabel }) => goalLabel === undefined || !labels.includes(goalLabel), {
    path: ["goalLabel"],
    error: "the issues that we make bear this label: each of them would ask to be a goal",
  });
export type JiraSettings = z.infer<typeof JiraSettings>;
