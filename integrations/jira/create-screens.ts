import { z } from "zod";
import { inPath, readAnswer, type Site } from "./client.ts";
import { createKept } from "./kept.ts";

/** A kind of issue that can be made in the project. `level`: 1 is an epic's, 0 a story's, -1 a sub-task's. */
export type IssueType = {
  readonly id: string;
  readonly name: string;
  /** Its name before it was translated. */
  readonly untranslatedName?: string | undefined;
  readonly level: number;
};

/** A field of the screen that makes an issue. */
export type ScreenField = z.infer<typeof Field>;

/** What Jira says can be made, and what that takes. */
export type CreateScreens = {
  types(): Promise<readonly IssueType[]>;
  fields(typeId: string): Promise<readonly ScreenField[]>;
  /** Asks again next time: somebody has changed it. */
  forget(): void;
};

const KEPT_MS = 10 * 60_000;
const A_PAGE = 200;

const Type = z.object({
  id: z.string(),
  name: z.string(),
  untranslatedName: z.string().optional(),
  subtask: z.boolean().optional(),
  hierarchyLevel: z.number().optional(),
});

const Field = z.object({
  fieldId: z.string(),
  name: z.string(),
  required: z.boolean(),
  hasDefaultValue: z.boolean().default(false),
  schema: z
    .object({ type: z.string(), items: z.string().optional(), custom: z.string().optional() })
    .default({ type: "any" }),
  allowedValues: z
    .array(
      z.object({
        id: z.coerce.string().optional(),
        name: z.string().optional(),
        value: z.string().optional(),
      }),
    )
    .optional()
    .catch(undefined),
});

/** Reads create metadata, and believes it for ten minutes. */
export function createScreens({ api, settings }: Site): CreateScreens {
  const projectIdOrKey = inPath(settings.project);
  const keptTypes = createKept<readonly IssueType[]>(KEPT_MS);
  const keptFields = createKept<readonly ScreenField[]>(KEPT_MS);
  return {
    types: () =>
      keptTypes.get("types", async () => {
        const all = await everyPage(async (startAt) => {
          const asked = { projectIdOrKey, startAt, maxResults: A_PAGE };
          const page = await api.issues.getCreateIssueMetaIssueTypes(asked);
          return { values: page.issueTypes ?? page.createMetaIssueType ?? [], total: page.total };
        });
        return readAnswer(z.array(Type), all).map(toType);
      }),
    fields: (typeId) =>
      keptFields.get(typeId, async () => {
        const all = await everyPage(async (startAt) => {
          const asked = { projectIdOrKey, issueTypeId: inPath(typeId), startAt, maxResults: A_PAGE };
          const page = await api.issues.getCreateIssueMetaIssueTypeId(asked);
          return { values: page.fields ?? page.results ?? [], total: page.total };
        });
        return readAnswer(z.array(Field), all);
      }),
    forget() {
      keptTypes.forget();
      keptFields.forget();
    },
  };
}

const toType = ({
  id,
  name,
  untranslatedName,
  subtask,
  hierarchyLevel,
}: z.infer<typeof Type>): IssueType => ({
  id,
  name,
  untranslatedName,
  level: hierarchyLevel ?? (subtask ? -1 : 0),
});

async function everyPage(
  read: (
    startAt: number,
  ) => Promise<{ readonly values: readonly unknown[]; readonly total?: number | undefined }>,
): Promise<unknown[]> {
  const all: unknown[] = [];
  let page = await read(0);
  while (page.values.length > 0) {
    all.push(...page.values);
    if (all.length >= (page.total ?? 0)) return all;
    page = await read(all.length);
  }
  return all;
}
