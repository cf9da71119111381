/** Something with a mark that should be there once. */
type Mark = { readonly what: string; readonly value: unknown; readonly where: string };

/** The same mark in several places. */
export type Repeated = { readonly what: string; readonly value: unknown; readonly where: readonly string[] };

/** The marks that are there more than once. */
export function repeated(marks: readonly Mark[]): Repeated[] {
  const groups = Map.groupBy(marks, ({ what, value }) => JSON.stringify([what, value]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first && group.length > 1 ? [{ ...first, where: group.map(({ where }) => where) }] : [];
  });
}
