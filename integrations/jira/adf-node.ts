/** A node of the Atlassian Document Format. */
export type AdfNode = {
  readonly type: string;
  readonly text?: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly marks?: readonly {
    readonly type: string;
    readonly attrs?: Readonly<Record<string, string>>;
  }[];
  readonly content?: readonly AdfNode[];
};
