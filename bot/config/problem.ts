/** A setting that stops the start: which one, and the rest of the sentence: what is wrong and what to do. */
export type Problem = { readonly name: string; readonly sentence: string };
