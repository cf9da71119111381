import { readFileSync } from "node:fs";
import { Hono } from "hono";

const SCRIPTS = ["client", "controls", "ends", "home", "menus", "morph", "read", "tell", "use", "view"];

/** In the order in which they must stand: what comes later may change what came before. */
const STYLES = ["theme", "frame", "sidebar", "messages", "text", "blocks", "buttons", "cards", "dialogs"];

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

/** The page's one stylesheet and its script, as they lie in the repository: nothing is built or bundled. */
export function assetRoutes(): Hono {
  const routes = new Hono();
  const style = STYLES.map((name) => read(`./style/${name}.css`)).join("\n");
  const noCache = { "cache-control": "no-cache", "x-content-type-options": "nosniff" };
  routes.get("/local/page.css", (c) =>
    c.body(style, 200, { ...noCache, "content-type": "text/css; charset=utf-8" }),
  );
  for (const name of SCRIPTS) {
    const text = read(`./browser/${name}.js`);
    routes.get(`/local/${name}.js`, (c) =>
      c.body(text, 200, { ...noCache, "content-type": "text/javascript; charset=utf-8" }),
    );
  }
  return routes;
}
