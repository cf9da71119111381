import type { CardContext } from "./blocks/card.ts";
import type { People } from "./people.ts";

/** A card shows fewer people than this. Texts from outside can name any number, and each would cost a call to Slack. */
const MOST_NAMES = 100;
/** Slack's id of a person: a whole value (also as an actor), or a mention inside a text. Never a mere word in capitals. */
const ID = /(?:"(?:person:)?|<@)([UW][A-Z0-9]{4,20})(?=["|>])/g;

export type CardContexts = ReturnType<typeof createCardContexts>;

/** What cards need beside the state: names of people, our own name, the model. */
export function createCardContexts(needs: {
  readonly people: People;
  readonly botName: string;
  readonly model: string | undefined;
}) {
  const { people, botName, model } = needs;
  return {
    /** With the names of the people who stand in `about` or are mentioned there: the first hundred. */
    async about(workspaceId: string, ...about: readonly unknown[]): Promise<CardContext> {
      const found = [...JSON.stringify(about).matchAll(ID)];
      const ids = new Set(found.map(([, id = ""]) => id));
      const names = await people.names(workspaceId, [...ids].slice(0, MOST_NAMES));
      return { people: (id) => names.get(id) ?? id, botName, model };
    },
  };
}
