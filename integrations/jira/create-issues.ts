import { z } from "zod";
import { ApiRefusal } from "../atlassian/failure.ts";
import { PROPERTY, readAnswer, type Site, urlOf } from "./client.ts";
import type { CreateScreens } from "./create-screens.ts";
import type { Accounts } from "./field-values.ts";
import type { IssueRef, NewIssue } from "./issue.ts";
import { fieldsOf } from "./new-issue.ts";
import { explainCreation } from "./refused-creation.ts";

/** Jira makes at most so many issues in one call. */
const AT_ONCE = 50;

/** Some of the issues were made: `made` has them by their place in the list. `cause` says why not all. */
export class PartlyMade extends Error {
  override readonly name = "PartlyMade";
  readonly made: ReadonlyMap<number, IssueRef>;

  constructor(made: ReadonlyMap<number, IssueRef>, cause: unknown) {
    super(`Jira made ${made.size} of the issues: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.made = made;
  }
}

type Needs = { readonly site: Site; readonly screens: CreateScreens; readonly accounts: Accounts };
/** An issue with its place in the list, as it is sent. */
type Wanted = { readonly index: number; readonly issue: NewIssue; readonly fields: Record<string, unknown> };

const Created = z.object({ id: z.string(), key: z.string() });
const CreatedMany = z.object({
  issues: z.array(Created).default([]),
  errors: z
    .array(
      z.object({
        failedElementNumber: z.number(),
        status: z.number().default(400),
        elementErrors: z
          .object({
            errorMessages: z.array(z.string()).default([]),
            errors: z.record(z.string(), z.string()).default({}),
          })
          .prefault({}),
      }),
    )
    .default([]),
});

/** Makes issues, fifty with one call; each carries its mark from the beginning. */
export async function createIssues(needs: Needs, issues: readonly NewIssue[]): Promise<readonly IssueRef[]> {
  const made = new Map<number, IssueRef>();
  try {
    const wanted = await allWanted(needs, issues);
    for (let start = 0; start < wanted.length; start += AT_ONCE)
      await createSome(needs, wanted.slice(start, start + AT_ONCE), made);
  } catch (error) {
    if (made.size > 0) throw new PartlyMade(made, error);
    throw error;
  }
  return issues.flatMap((_, index) => made.get(index) ?? []);
}

/** All fields before the first call: what can't be made is found before anything is. */
async function allWanted(
  { site, screens, accounts }: Needs,
  issues: readonly NewIssue[],
): Promise<readonly Wanted[]> {
  const wanted: Wanted[] = [];
  try {
    for (const [index, issue] of issues.entries())
      wanted.push({ index, issue, fields: await fieldsOf(site, screens, issue, accounts) });
  } catch (error) {
    throw await explainCreation(site, screens, error);
  }
  return wanted;
}

async function createSome(
  needs: Needs,
  wanted: readonly Wanted[],
  made: Map<number, IssueRef>,
): Promise<void> {
  const failed =
    wanted.length === 1 ? await createOne(needs, wanted, made) : await createMany(needs, wanted, made);
  const [first] = failed;
  if (!first) return;
  const again = failed.filter(({ wanted: { fields }, refused }) => hasBadAssignee(fields, refused));
  // Whoever can't be assigned there is no reason to make no issue.
  if (again.length === failed.length)
    return await createSome(
      needs,
      again.map(({ wanted: one }) => ({ ...one, fields: without(one.fields, "assignee") })),
      made,
    );
  needs.screens.forget();
  const worst = failed.find((one) => !again.includes(one)) ?? first;
  throw await explainCreation(needs.site, needs.screens, worst.refused, worst.wanted.issue);
}

type Failed = { readonly wanted: Wanted; readonly refused: ApiRefusal };

async function createOne(
  { site }: Needs,
  [wanted]: readonly Wanted[],
  made: Map<number, IssueRef>,
): Promise<readonly Failed[]> {
  if (!wanted) return [];
  try {
    const { id, key } = readAnswer(Created, await site.api.issues.createIssue(sent(wanted)));
    made.set(wanted.index, { id, key, url: urlOf(site.settings.url, key) });
    return [];
  } catch (error) {
    if (error instanceof ApiRefusal) return [{ wanted, refused: error }];
    throw error;
  }
}

async function createMany(
  { site }: Needs,
  wanted: readonly Wanted[],
  made: Map<number, IssueRef>,
): Promise<readonly Failed[]> {
  const { issues, errors } = await answerOfMany(site, wanted);
  const refused = new Map(
    errors.map(({ failedElementNumber, status, elementErrors }) => {
      const { errorMessages: messages, errors: fields } = elementErrors;
      return [failedElementNumber, new ApiRefusal("Jira", { status, messages, fields }, null)];
    }),
  );
  const done = wanted.filter((_, place) => !refused.has(place));
  for (const [place, one] of done.entries()) {
    const issue = issues[place];
    if (issue)
      made.set(one.index, { id: issue.id, key: issue.key, url: urlOf(site.settings.url, issue.key) });
  }
  return wanted.flatMap((one, place) => {
    const why = refused.get(place);
    return why ? [{ wanted: one, refused: why }] : [];
  });
}

/** Where none at all could be made Jira answers 400, with the same body. */
async function answerOfMany(site: Site, wanted: readonly Wanted[]): Promise<z.infer<typeof CreatedMany>> {
  try {
    return readAnswer(CreatedMany, await site.api.issues.createIssues({ issueUpdates: wanted.map(sent) }));
  } catch (error) {
    const answer = z.object({ cause: z.object({ body: CreatedMany }) }).safeParse(error);
    if (error instanceof ApiRefusal && answer.success && answer.data.cause.body.errors.length > 0)
      return answer.data.cause.body;
    throw error;
  }
}

const sent = ({ fields, issue }: Wanted) => ({
  fields,
  properties: [{ key: PROPERTY, value: { run: issue.mark.run, key: issue.mark.key } }],
});

const hasBadAssignee = (fields: Record<string, unknown>, { fields: errors }: ApiRefusal): boolean =>
  "assignee" in fields && Object.keys(errors).length === 1 && "assignee" in errors;

const without = (fields: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name));
