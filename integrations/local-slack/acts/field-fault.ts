import { z } from "zod";
import type { Held } from "../elements.ts";

const TextLimits = z.object({ min_length: z.number().optional(), max_length: z.number().optional() });
const NumberLimits = z.object({
  is_decimal_allowed: z.boolean(),
  min_value: z.coerce.number().optional(),
  max_value: z.coerce.number().optional(),
});

/** What Slack's own client finds wrong with what a field holds; undefined where it is fine. */
export function faultIn(
  element: Readonly<Record<string, unknown>>,
  held: Held | undefined,
): string | undefined {
  const value = String(held?.["value"] ?? "");
  switch (element["type"]) {
    case "plain_text_input":
      return textFault(TextLimits.parse(element), value);
    case "number_input":
      return numberFault(NumberLimits.parse(element), value);
    case "email_text_input":
      return z.email().safeParse(value).success ? undefined : "Please enter a valid email address.";
    case "url_text_input":
      return URL.canParse(value) ? undefined : "Please enter a valid URL.";
  }
  return undefined;
}

function textFault(limits: z.infer<typeof TextLimits>, value: string): string | undefined {
  const { min_length: least = 0, max_length: most = 3000 } = limits;
  if (value.length < least) return `Please use at least ${least} characters.`;
  return value.length > most ? `Please use at most ${most} characters.` : undefined;
}

function numberFault(limits: z.infer<typeof NumberLimits>, value: string): string | undefined {
  const number = Number(value);
  if (!Number.isFinite(number)) return "Please enter a valid number.";
  if (!limits.is_decimal_allowed && !Number.isInteger(number)) return "Please enter a whole number.";
  if (number < (limits.min_value ?? Number.NEGATIVE_INFINITY))
    return `Please enter a number of at least ${limits.min_value}.`;
  if (number > (limits.max_value ?? Number.POSITIVE_INFINITY))
    return `Please enter a number of at most ${limits.max_value}.`;
  return undefined;
}
