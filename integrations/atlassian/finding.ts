/** What a look at a system found, before anything is written there: a sentence, and what to do where something is to be done. */
export type Finding = {
  readonly level: "ok" | "warning" | "problem";
  readonly what: string;
  readonly todo?: string;
};
