import type { Reader } from "../text/reader.ts";

/** Where blocks are drawn: who reads them, and a word that makes ids unique, since one message can stand in the channel and in its thread. */
export type Surface = { readonly reader: Reader; readonly key: string };

/** Where an element is drawn: its block, and whether using it tells the app at once or only when the form is sent. */
export type Place = Surface & { readonly blockId: string; readonly tellsAtOnce: boolean };
