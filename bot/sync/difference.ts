/** Something outside that is not as it should be: a sentence, and where it is. */
export type Difference = {
  /** Which of our links it is about: "run", "step:build", "comment:17", "page". */
  readonly key: string;
  readonly what: string;
  readonly url: string | null;
};
