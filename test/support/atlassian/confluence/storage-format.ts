import { writtenByName } from "./entities.ts";
import { type Child, type Element, readXhtml } from "./xhtml.ts";

/** Storage format that Confluence does not take. */
export class BadStorage extends Error {}

const plain =
  "p h1 h2 h3 h4 h5 h6 strong b em i u s del ins sub sup small big code pre tt blockquote br hr span div ul ol li dl dt dd table colgroup col thead tbody tfoot tr th td caption a img time section article details summary cite q abbr kbd samp var";
const known = new Set([
  ...plain.split(" "),
  ..."ac:structured-macro ac:parameter ac:plain-text-body ac:rich-text-body ac:link ac:link-body ac:plain-text-link-body ac:image ac:caption ac:alt ac:emoticon ac:task-list ac:task ac:task-id ac:task-uuid ac:task-status ac:task-body ac:layout ac:layout-section ac:layout-cell ac:placeholder ac:inline-comment-marker ac:adf-extension ac:adf-node ac:adf-attribute ac:adf-content ac:adf-fallback".split(
    " ",
  ),
  ..."ri:page ri:user ri:attachment ri:url ri:space ri:content-entity ri:blog-post ri:shortcut".split(" "),
]);

/** The macros of a fresh Confluence, and the parameters that each takes. */
const macros: Readonly<Record<string, readonly string[]>> = {
  info: ["title", "icon"],
  note: ["title", "icon"],
  tip: ["title", "icon"],
  warning: ["title", "icon"],
  panel: [
    "title",
    "borderStyle",
    "borderColor",
    "borderWidth",
    "bgColor",
    "titleBGColor",
    "titleColor",
    "panelIcon",
    "panelIconId",
    "panelIconText",
  ],
  code: [
    "language",
    "title",
    "collapse",
    "linenumbers",
    "theme",
    "firstline",
    "breakoutMode",
    "breakoutWidth",
  ],
  noformat: ["nopanel", "title"],
  expand: ["title", "breakoutWidth"],
  status: ["title", "colour", "subtle"],
  toc: [
    "maxLevel",
    "minLevel",
    "style",
    "outline",
    "type",
    "include",
    "exclude",
    "indent",
    "printable",
    "absoluteUrl",
  ],
  anchor: [""],
  excerpt: ["name", "hidden", "atlassian-macro-output-type"],
  "excerpt-include": ["", "name", "nopanel"],
  jira: [
    "key",
    "server",
    "serverId",
    "jqlQuery",
    "columns",
    "columnIds",
    "count",
    "maximumIssues",
    "showSummary",
  ],
  children: ["all", "depth", "sort", "page", "excerptType"],
  details: ["id", "hidden", "label"],
  section: ["border"],
  column: ["width"],
  widget: ["url", "width", "height"],
};

const mayHold: Readonly<Record<string, readonly string[]>> = {
  "ac:parameter": ["ac:structured-macro"],
  "ac:plain-text-body": ["ac:structured-macro"],
  "ac:rich-text-body": ["ac:structured-macro"],
  "ac:link-body": ["ac:link"],
  "ac:plain-text-link-body": ["ac:link"],
  "ac:task": ["ac:task-list"],
  "ac:task-id": ["ac:task"],
  "ac:task-uuid": ["ac:task"],
  "ac:task-status": ["ac:task"],
  "ac:task-body": ["ac:task"],
  "ac:layout-section": ["ac:layout"],
  "ac:layout-cell": ["ac:layout-section"],
  li: ["ul", "ol"],
  tr: ["table", "thead", "tbody", "tfoot"],
  th: ["tr"],
  td: ["tr"],
};

/** Takes storage format as Confluence does: refuses what is wrong, and gives back what it would keep. */
export function keep(source: string, macroId: () => string): string {
  const children = readXhtml(source);
  for (const child of children) check(child, undefined);
  return children.map((child) => written(child, macroId)).join("");
}

function check(child: Child, parent: Element | undefined): void {
  if ("cdata" in child && !parent?.name.startsWith("ac:plain-text"))
    refuse("CDATA is only allowed in plain text bodies.");
  if (!("name" in child)) return;
  const { name, children } = child;
  if (!known.has(name)) refuse(`Unknown element <${name}>.`);
  const within = mayHold[name];
  if (within && !within.includes(parent?.name ?? ""))
    refuse(`<${name}> outside of <${within.join("> or <")}>.`);
  checkAttributes(child);
  if (name === "ac:structured-macro") checkMacro(child);
  for (const one of children) check(one, child);
}

function checkAttributes({ attributes }: Element): void {
  const handler = [...attributes.keys()].find((one) => /^on/i.test(one));
  if (handler) refuse(`Attribute ${handler} is not allowed.`);
  if (/^\s*(javascript|data|vbscript):/i.test(attributes.get("href") ?? ""))
    refuse("The link is not allowed.");
}

function refuse(words: string): never {
  throw new BadStorage(`Error parsing xhtml: ${words}`);
}

function checkMacro({ attributes, children }: Element): void {
  const macro = attributes.get("ac:name") ?? "";
  const known = Object.hasOwn(macros, macro) ? macros[macro] : undefined;
  if (!known) refuse(`Unknown macro '${macro}'.`);
  const elements = children.filter((child) => "name" in child);
  for (const { name, attributes: own } of elements) {
    const parameter = own.get("ac:name");
    if (name !== "ac:parameter") continue;
    if (parameter === undefined) refuse(`A parameter of macro '${macro}' has no name.`);
    if (!known?.includes(parameter ?? "")) refuse(`Macro '${macro}' has no parameter '${parameter}'.`);
  }
}

/** What Confluence keeps is not what it got: macros get ids, empty elements close themselves, some letters get names. */
function written(child: Child, macroId: () => string): string {
  if ("cdata" in child) return `<![CDATA[${child.cdata}]]>`;
  if ("text" in child) return named(child.text);
  const { name, children } = child;
  const own = new Map(child.attributes);
  if (name === "ac:structured-macro") {
    own.set("ac:schema-version", own.get("ac:schema-version") ?? "1");
    own.set("ac:macro-id", own.get("ac:macro-id") ?? macroId());
  }
  const head = `<${name}${[...own].map(([key, value]) => ` ${key}="${value.replaceAll('"', "&quot;")}"`).join("")}`;
  if (children.length === 0) return `${head} />`;
  return `${head}>${children.map((one) => written(one, macroId)).join("")}</${name}>`;
}

function named(text: string): string {
  return text.replace(/[^\u0020-\u007e]/gu, (letter) => writtenByName.get(letter) ?? letter);
}
