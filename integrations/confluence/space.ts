import { OutsideRefusal } from "#engine/errors.ts";
import { SpacesAnswer } from "./answers.ts";
import { readAnswer, type Site } from "./client.ts";

/** A space as Confluence knows it. */
export type Space = {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly homepageId: string | null;
};

/** The space that the settings name; null where our account sees none of that key. */
export async function findSpace({ v2, settings }: Site): Promise<Space | null> {
  const answer = await v2.space.getSpaces({ keys: [settings.space] });
  const { results } = readAnswer(SpacesAnswer, answer);
  const found = results.find(({ key }) => key.toLowerCase() === settings.space.toLowerCase());
  return found ? { ...found, homepageId: found.homepageId ?? null } : null;
}

/** The same. Rejects where there is none. */
export async function demandSpace(site: Site): Promise<Space> {
  const space = await findSpace(site);
  if (space) return space;
  const { space: key, username } = site.settings;
  throw new OutsideRefusal(
    "Confluence",
    "space_gone",
    `Confluence has no space ${key} that ${username} can see. Give that account access to the space, or set \`confluence.space\` for the project.`,
  );
}
