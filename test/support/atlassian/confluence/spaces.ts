import type { Handler } from "../double.ts";
import { part, shownSpace } from "./show.ts";
import { pageFor, type Right, type Space, spaceFor, spaceOf, type Wiki } from "./state.ts";

/** Spaces, and what we may do in them. */
export function spaceHandlers(wiki: Wiki): Record<string, Handler> {
  return {
    getSpaces: ({ query }) => {
      const many = (name: string) => query.getAll(name).flatMap((one) => one.split(","));
      const [keys, ids] = [many("keys"), many("ids")];
      const found = [...wiki.spaces.values()]
        .filter(({ denied }) => !denied.has("read"))
        .filter(
          ({ key, id }) =>
            (keys.length === 0 || keys.includes(key)) && (ids.length === 0 || ids.includes(id)),
        );
      return {
        status: 200,
        body: part(
          wiki,
          "/wiki/api/v2/spaces",
          query,
          found.map((one) => shownSpace(wiki, one)),
        ),
      };
    },
    getSpaceById: ({ param }) => {
      const shown = shownSpace(wiki, spaceFor(wiki, param("id")));
      return { status: 200, body: { ...shown, _links: { ...shown._links, base: `${wiki.url}/wiki` } } };
    },
    getSpaceOperations: ({ param }) => ({
      status: 200,
      body: operations(spaceFor(wiki, param("id")), ["read"], ["create", "delete"]),
    }),
    getPageOperations: ({ param }) => {
      return {
        status: 200,
        body: operations(spaceOf(wiki, pageFor(wiki, param("id"))), [], ["read", "update", "delete"]),
      };
    },
  };
}

function operations({ denied }: Space, onSpace: readonly Right[], onPage: readonly Right[]) {
  const may = (rights: readonly Right[], targetType: string) =>
    rights.filter((right) => !denied.has(right)).map((operation) => ({ operation, targetType }));
  return { operations: [...may(onSpace, "space"), ...may(onPage, "page")] };
}
