import type { Answered, ApiStage } from "#test/support/api-stage.ts";
import { type Operation, readOperations } from "./operations.ts";
import type { Ready } from "./scene.ts";
import { openScenes } from "./scenes.ts";

/** Every documented operation, and a hand that can make each of its calls in the right way. */
export type Walk = Awaited<ReturnType<typeof openWalk>>;

/** Reads the document of the app, and makes the keys. */
export async function openWalk(stage: ApiStage) {
  const operations = await readOperations(stage.app.url);
  const { scenes, ...keys } = await openScenes(stage);

  /** A right call of this operation, of things of its own. */
  async function ready({ id }: Operation): Promise<Ready> {
    const scene = scenes[id];
    if (!scene) throw new Error(`No scene shows how ${id} is called: write one in test/support/walk.`);
    return scene();
  }

  /** Makes the call, `more` in place of what it is like. */
  const make = (operation: Operation, call: Ready, more: Partial<Ready> = {}): Promise<Answered> => {
    const { key, params = {}, query = "", headers = {}, body } = { ...call, ...more };
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(params[name] ?? ""),
    );
    return stage.call(operation.method, query ? `${path}?${query}` : path, { key, headers, body });
  };

  return { operations, scenes, ready, make, ...keys };
}

/** The wrong fields that a problem names. */
export const fieldsOf = ({ body }: Answered): readonly string[] =>
  (body.errors ?? []).map(({ field }: { readonly field: string }) => field);
