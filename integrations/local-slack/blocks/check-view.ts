import { z } from "zod";
import { checkBlocks } from "./check.ts";
import { type Flaw, flawsOf } from "./flaw.ts";
import { plainText } from "./text.ts";

/** Larger ones are refused: 250 kB. */
export const VIEW_MOST_BYTES = 250_000;

const common = {
  blocks: z.array(z.unknown()),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};

const Home = z.strictObject({ type: z.literal("home"), ...common });

const Modal = z.strictObject({
  type: z.literal("modal"),
  title: plainText(24),
  submit: plainText(24).optional(),
  close: plainText(24).optional(),
  clear_on_close: z.boolean().optional(),
  notify_on_close: z.boolean().optional(),
  ...common,
});

const AnyView = z.discriminatedUnion("type", [Home, Modal]);

/** A view as an app hands it in, once `checkView` found nothing wrong. Its blocks are checked by their own rules. */
export type GivenView = z.infer<typeof AnyView>;

/** A view that fits, or what Slack would refuse in it. */
export function checkView(
  value: unknown,
): { readonly view: GivenView; readonly flaws: [] } | { readonly view: undefined; readonly flaws: Flaw[] } {
  const shapes = flawsOf(AnyView, value, "/view");
  if (shapes.length > 0) return { view: undefined, flaws: shapes };
  const view = AnyView.parse(value);
  const flaws = [...checkBlocks(view.blocks, view.type, "/view/blocks"), ...missingSubmit(view)];
  return flaws.length > 0 ? { view: undefined, flaws } : { view, flaws: [] };
}

/** A modal in which something is asked must have a button that sends it. */
function missingSubmit(view: GivenView): Flaw[] {
  if (view.type === "home" || view.submit !== undefined) return [];
  const asks = view.blocks.some(
    (block) => z.looseObject({ type: z.literal("input") }).safeParse(block).success,
  );
  return asks ? [{ pointer: "/view", message: "missing required field: submit" }] : [];
}
