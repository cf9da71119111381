import { z } from "zod";
import {
  addUsage,
  type Effort,
  type Model,
  ModelFailure,
  type ModelListener,
  type ModelRequest,
  type ModelUsage,
  NO_USAGE,
} from "./model.ts";

/** The reply that was no use, and why: what a second call is told. */
type Repair = { readonly reply: string; readonly reason: string };

/** One call to the far side, in words that every provider can be told. */
export type Call = {
  readonly system: string;
  readonly shared: string;
  readonly user: string;
  readonly repair: Repair | null;
  readonly schema: z.ZodType;
  readonly maxTokens: number;
  readonly effort: Effort | undefined;
};

/** What came back. `cut`: the reply reached its token limit. `refused`: the model or its provider declined. */
export type Spoken = { readonly text: string; readonly end: "complete" | "cut" | "refused" };

/** Makes one call. Tells `spent` what it cost before it ends, also when it throws. */
export type Speak = (
  call: Call,
  on: { text(delta: string): void; spent(usage: ModelUsage): void },
  signal: AbortSignal,
) => Promise<Spoken>;

const MOST_REPEATED_CHARACTERS = 20_000;
const MOST_REASON_CHARACTERS = 1_500;

/** A model from the one thing that differs between providers: how a single call is made. */
export function createModel(name: string, speak: Speak): Model {
  return {
    name,
    async ask<T>(request: ModelRequest<T>, on: ModelListener, signal: AbortSignal) {
      let usage = NO_USAGE;
      const once = async (repair: Repair | null): Promise<Read<T>> => {
        const spoken = await speakOnce(speak, toCall(request, repair), on, signal, (cost) => {
          usage = addUsage(usage, cost);
        });
        return readReply(request.schema, spoken, request.maxTokens);
      };
      const first = await once(null);
      if (first.kind === "fits") return { value: first.value, usage };
      const second = await once({ reply: first.text, reason: first.reason });
      if (second.kind === "fits") return { value: second.value, usage };
      throw new ModelFailure(name, `${name} gave no usable reply, twice. ${second.told}`, {
        again: second.again,
      });
    },
  };
}

async function speakOnce(
  speak: Speak,
  call: Call,
  on: ModelListener,
  signal: AbortSignal,
  count: (usage: ModelUsage) => void,
): Promise<Spoken> {
  signal.throwIfAborted();
  await on.call?.();
  let cost: ModelUsage = { ...NO_USAGE, calls: 1 };
  try {
    return await speak(
      call,
      {
        text: (delta) => on.text?.(delta),
        spent: (usage) => {
          cost = usage;
        },
      },
      signal,
    );
  } finally {
    count(cost);
    await on.usage?.(cost);
  }
}

const toCall = <T>(request: ModelRequest<T>, repair: Repair | null): Call => ({
  system: request.system,
  // Providers may put blocks side by side: the last line of one must not run on into the first of the next.
  shared: request.shared === "" ? "" : `${request.shared}\n\n`,
  user: request.user,
  repair,
  schema: request.schema,
  maxTokens: request.maxTokens,
  effort: request.effort,
});

/** `reason` is for the model; `told` is for people, and holds nothing that the model wrote. */
type Read<T> =
  | { readonly kind: "fits"; readonly value: T }
  | {
      readonly kind: "useless";
      readonly text: string;
      readonly reason: string;
      readonly told: string;
      readonly again: boolean;
    };

function readReply<T>(schema: z.ZodType<T>, spoken: Spoken, maxTokens: number): Read<T> {
  const useless = (reason: string, told: string, again: boolean): Read<T> => ({
    kind: "useless",
    text: spoken.text.slice(0, MOST_REPEATED_CHARACTERS),
    reason: `${reason} Reply again with one JSON object of the form you were given, and nothing else.`,
    told,
    again,
  });
  switch (spoken.end) {
    case "refused":
      return useless(
        "You declined. If only a part cannot be done, do the rest and say which part and why.",
        "It declined to do this: put the goal in other words, or leave the part that it objects to to a person.",
        false,
      );
    case "cut":
      return useless(
        `Your reply was cut off at ${maxTokens} tokens. Make it much shorter.`,
        `The reply was longer than ${maxTokens} tokens: split the work into smaller steps.`,
        false,
      );
    case "complete":
      return readJson(schema, spoken.text, useless);
  }
}

function readJson<T>(
  schema: z.ZodType<T>,
  text: string,
  useless: (reason: string, told: string, again: boolean) => Read<T>,
): Read<T> {
  const json = parseJson(text);
  if (json === undefined) return useless("That was not JSON.", "The reply was not JSON.", true);
  const read = schema.safeParse(json);
  if (read.success) return { kind: "fits", value: read.data };
  const reason = z.prettifyError(read.error).slice(0, MOST_REASON_CHARACTERS);
  return useless(
    `The JSON did not have the form you were given:\n${reason}\n`,
    "The reply did not have the form it was asked for.",
    true,
  );
}

/** Reads a JSON object, also from inside the code fence that small models like to put around it. */
function parseJson(text: string): unknown {
  const whole = text.trim();
  const isFenced = whole.startsWith("```") && whole.endsWith("```");
  const bare = isFenced ? whole.slice(3, -3).replace(/^json/i, "") : whole;
  try {
    return JSON.parse(bare, toStorable);
  } catch {
    return undefined;
  }
}

/** Text that a database can keep: no NUL and no half of a character, or the work would be done again and again, and never end. */
const toStorable = (_: string, value: unknown): unknown =>
  typeof value === "string" ? value.replaceAll("\0", "").toWellFormed() : value;
