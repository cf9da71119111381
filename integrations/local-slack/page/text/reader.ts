/** Somebody or something with an id that texts may mention. */
export type Named = { readonly id: string; readonly name: string };

/** A group that texts mention as `<!subteam^…>`, with the ids of who is in it. */
type NamedGroup = Named & { readonly members: readonly string[] };

/** Who looks at the page, and the names that they may see. `nowSeconds` is the Unix time of drawing. */
export type Reader = {
  readonly id: string;
  /** IANA name; every time on the page is shown in it. */
  readonly timeZone: string;
  readonly nowSeconds: number;
  readonly people: readonly Named[];
  readonly bots: readonly Named[];
  readonly channels: readonly Named[];
  readonly groups: readonly NamedGroup[];
};

/** The name that belongs to an id, or `fallback` where nobody has it. */
export function nameOf(list: readonly Named[], id: string, fallback: string): string {
  return list.find((entry) => entry.id === id)?.name ?? fallback;
}
