import type { CardContext } from "./blocks/card.ts";
import type { People } from "./people.ts";

export type CardContexts = ReturnType<typeof createCardContexts>;

/** What cards need beside the state: names of people, our own name, the model. */
export function createCardContexts(needs: {
  readonly people: People;
  readonly botName: string;
  readonly model: string | undefined;
}) {
  const { people, botName, model } = needs;
  return {
    /** With the names of everybody whose id stands somewhere in `about`. */
    async about(workspaceId: string, ...about: readonly unknown[]): Promise<CardContext> {
      const ids = new Set(JSON.stringify(about).match(/\b[UW][A-Z0-9]{4,}\b/g) ?? []);
      const names = await people.names(workspaceId, [...ids]);
      return { people: (id) => names.get(id) ?? id, botName, model };
    },
  };
}
