import { z } from "zod";
import { readAnswer, type Site } from "./client.ts";
import { createKept } from "./kept.ts";

const KEPT_MS = 30 * 60_000;
const Account = z.object({
  accountId: z.string(),
  displayName: z.string().default(""),
  emailAddress: z.string().optional(),
  accountType: z.string().default("atlassian"),
  active: z.boolean().default(true),
});

/** Who our token is. */
export async function readMyself({ api }: Site): Promise<z.infer<typeof Account>> {
  return readAnswer(Account, await api.myself.getCurrentUser());
}

/** Finds accounts by e-mail address, among those who can be assigned in the project; asked once in half an hour. */
export function createAccounts(site: Site): (email: string) => Promise<string | null> {
  const kept = createKept<string | null>(KEPT_MS);
  return async (email) => {
    const address = email.trim().toLowerCase();
    return await kept.get(address, async () => await findAccount(site, address));
  };
}

/** Jira finds a hidden address only by all of it: then the one that it finds is the one. Names are searched too, and are anybody's choice. */
async function findAccount({ api, settings }: Site, address: string): Promise<string | null> {
  const answer = await api.userSearch.findAssignableUsers({
    project: settings.project,
    query: address,
    maxResults: 20,
  });
  const people = readAnswer(z.array(Account), answer).filter(
    ({ active, accountType }) => active && accountType === "atlassian",
  );
  const named = people.find(({ emailAddress }) => emailAddress?.toLowerCase() === address);
  if (named) return named.accountId;
  const [only, other] = people;
  if (!only || other || (only.emailAddress ?? "") !== "") return null;
  return only.displayName.toLowerCase().includes(address) ? null : only.accountId;
}
