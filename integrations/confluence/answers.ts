import { z } from "zod";

/** What of Confluence's answers we rely on. Ids come as words; some of its servers send numbers. */
const Id = z.union([z.string(), z.number()]).transform(String);

/** A page, with its body in storage format where that was asked for. */
export const PageAnswer = z.object({
  id: Id,
  status: z.string(),
  title: z.string(),
  spaceId: Id.nullish(),
  version: z.object({ number: z.number().int() }),
  body: z
    .object({ storage: z.object({ value: z.string() }).optional() })
    .nullish()
    .transform((body) => body?.storage?.value ?? ""),
  _links: z.object({ webui: z.string().optional(), base: z.string().optional() }).nullish(),
});
export type PageAnswer = z.infer<typeof PageAnswer>;

export const PagesAnswer = z.object({ results: z.array(PageAnswer) });

export const SpacesAnswer = z.object({
  results: z.array(z.object({ id: Id, key: z.string(), name: z.string(), homepageId: Id.nullish() })),
});

/** What we may do in a space, or with a page: "create" a "page". */
export const OperationsAnswer = z.object({
  operations: z.array(z.object({ operation: z.string(), targetType: z.string() })).nullish(),
});

export const PropertiesAnswer = z.object({
  results: z.array(z.object({ key: z.string().nullish(), value: z.unknown() })),
});

export const AccountAnswer = z.object({
  displayName: z.string().nullish(),
  publicName: z.string().nullish(),
  email: z.string().nullish(),
});
