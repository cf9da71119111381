import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute } from "node:path";
import { Refusal } from "#engine/errors.ts";
import { type Git, withoutCredentials } from "./git.ts";

/** Where a project's repository is. */
export type Repository =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "url"; readonly url: string };

const HOW = "Give the full path of a git repository, or its https, ssh or git@… address.";

/**
 * Reads what somebody wrote as a repository. Refuses (`bad_input`) whatever is neither a full path nor an address of a
 * protocol that we allow: git takes options and commands (`ext::…`) in the same place.
 */
export function readRepository(text: string): Repository {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (text === "" || text.startsWith("-") || /[\u0000-\u001f\u007f]/.test(text))
    throw new Refusal("bad_input", `“${clean(text)}” is not a repository. ${HOW}`);
  if (isAbsolute(text)) return { kind: "path", path: text };
  if (isSafeUrl(text) || isScpAddress(text)) return { kind: "url", url: text };
  throw new Refusal("bad_input", `“${clean(text)}” is not a repository that can be used. ${HOW}`);
}

/** A repository's name as it stands in its address: "billing". */
export const nameOf = (text: string): string =>
  basename(
    text
      .replace(/[/\\]+$/, "")
      .replace(/\/?\.git$/, "")
      .replaceAll(":", "/"),
  ) || "project";

/** The git folder of a path, which must be a repository itself and not a folder inside one. Refuses (`bad_input`) else. */
export async function gitFolderOf(git: Git, path: string): Promise<string> {
  const full = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    throw new Refusal("bad_input", `${path} can't be opened (${error.code}). ${HOW}`);
  });
  const args = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
  const end = await git.ask(full, args, { env: { GIT_CEILING_DIRECTORIES: dirname(full) } });
  if (end.code === 0) return end.out.trimEnd();
  if (end.err.includes("dubious ownership"))
    throw new Refusal(
      "bad_input",
      `${path} belongs to another user of this machine. Trust it with: git config --global --add safe.directory ${full}`,
    );
  throw new Refusal("bad_input", `${path} is not a git repository. ${HOW}`);
}

function isSafeUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !["https:", "ssh:"].includes(url.protocol)) return false;
  return /^[A-Za-z0-9[]/.test(url.hostname) && !/^(-|%2d)/i.test(url.username) && url.pathname.length > 1;
}

/** `git@host:path`, as GitHub shows it. */
const isScpAddress = (text: string): boolean =>
  /^[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][\w.-]*:(?!:)[^\s-]\S*$/.test(text);

const clean = (text: string): string => withoutCredentials(text.slice(0, 200).replace(/\s+/g, " "));
