type Attribute = { readonly required?: boolean; readonly fits: (value: unknown) => boolean };
type Attributes = Readonly<Record<string, Attribute>>;

/** What a node of Atlassian's document format may carry and hold. */
export type NodeRule = {
  readonly attrs?: Attributes;
  readonly marks?: readonly string[];
  /** What it may hold; without it, nothing. */
  readonly children?: readonly string[];
  /** What may stand first, where that is less. */
  readonly first?: readonly string[];
  readonly least?: number;
};

const text = (value: unknown) => typeof value === "string";
const filled = (value: unknown) => typeof value === "string" && value !== "";
const number = (value: unknown) => typeof value === "number";
const flag = (value: unknown) => typeof value === "boolean";
const object = (value: unknown) => typeof value === "object" && value !== null;
const oneOf = (...values: readonly unknown[]) => ({
  required: true,
  fits: (value: unknown) => values.includes(value),
});
const need = (fits: Attribute["fits"]): Attribute => ({ required: true, fits });
const may = (fits: Attribute["fits"]): Attribute => ({ fits });
const localId = { localId: may(text) };
const color = (value: unknown) => typeof value === "string" && /^#[0-9a-fA-F]{6}$/.test(value);

const inline = [
  "text",
  "hardBreak",
  "mention",
  "emoji",
  "inlineCard",
  "date",
  "status",
  "placeholder",
  "inlineExtension",
  "mediaInline",
];
const lists = ["bulletList", "orderedList", "taskList", "decisionList"];
const media = ["mediaSingle", "mediaGroup"];
const cards = ["blockCard", "embedCard"];
const blocks = [
  ...lists,
  ...media,
  ...cards,
  "paragraph",
  "heading",
  "codeBlock",
  "blockquote",
  "panel",
  "rule",
  "extension",
];
const inCell = [...blocks, "nestedExpand"];
const block = [...blocks, "table", "bodiedExtension"];

const cell: NodeRule = {
  attrs: {
    colspan: may(number),
    rowspan: may(number),
    colwidth: may(Array.isArray),
    background: may(text),
    ...localId,
  },
  children: inCell,
  least: 1,
};
const item: NodeRule = {
  attrs: localId,
  first: ["paragraph", "mediaSingle", "codeBlock", "extension"],
  children: ["paragraph", "bulletList", "orderedList", "taskList", "mediaSingle", "codeBlock", "extension"],
  least: 1,
};
const extension = {
  extensionType: need(text),
  extensionKey: need(text),
  parameters: may(object),
  text: may(text),
  layout: may(text),
  ...localId,
};

/** The root. */
export const docRule: NodeRule = { children: [...block, "expand", "layoutSection"] };

/** Every other node by its name. */
export const nodeRules: Readonly<Record<string, NodeRule>> = {
  paragraph: { attrs: localId, marks: ["alignment", "indentation"], children: inline },
  heading: {
    attrs: { level: oneOf(1, 2, 3, 4, 5, 6), ...localId },
    marks: ["alignment", "indentation"],
    children: inline,
  },
  text: {},
  hardBreak: { attrs: { text: may((value) => value === "\n"), ...localId } },
  mention: {
    attrs: { id: need(text), text: may(text), userType: may(text), accessLevel: may(text), ...localId },
  },
  emoji: { attrs: { shortName: need(text), id: may(text), text: may(text), ...localId } },
  inlineCard: { attrs: { url: may(filled), data: may(object), ...localId } },
  blockCard: { attrs: { url: may(filled), data: may(object), ...localId } },
  embedCard: { attrs: { url: need(filled), layout: need(text), width: may(number), ...localId } },
  date: { attrs: { timestamp: need(filled), ...localId } },
  status: {
    attrs: {
      text: need(filled),
      color: oneOf("neutral", "purple", "blue", "red", "yellow", "green"),
      style: may(text),
      ...localId,
    },
  },
  placeholder: { attrs: { text: need(text), ...localId } },
  inlineExtension: { attrs: extension },
  extension: { attrs: extension },
  bodiedExtension: { attrs: extension, children: block, least: 1 },
  mediaInline: { attrs: { id: need(filled), collection: need(text), type: may(text), ...localId } },
  mediaSingle: {
    attrs: { layout: may(text), width: may(number), widthType: may(text), ...localId },
    children: ["media", "caption"],
    least: 1,
  },
  mediaGroup: { children: ["media"], least: 1 },
  media: {
    attrs: {
      type: oneOf("file", "link", "external"),
      id: may(filled),
      collection: may(text),
      url: may(filled),
      ...localId,
    },
  },
  caption: { attrs: localId, children: inline },
  codeBlock: {
    attrs: { language: may(text), uniqueId: may(text), ...localId },
    marks: ["breakout"],
    children: ["text"],
  },
  blockquote: {
    attrs: localId,
    children: ["paragraph", "bulletList", "orderedList", "codeBlock", "extension", ...media],
    least: 1,
  },
  bulletList: { attrs: localId, children: ["listItem"], least: 1 },
  orderedList: { attrs: { order: may(number), ...localId }, children: ["listItem"], least: 1 },
  listItem: item,
  taskList: {
    attrs: { localId: need(text) },
    children: ["taskItem", "taskList"],
    first: ["taskItem"],
    least: 1,
  },
  taskItem: { attrs: { localId: need(text), state: oneOf("TODO", "DONE") }, children: inline },
  decisionList: { attrs: { localId: need(text) }, children: ["decisionItem"], least: 1 },
  decisionItem: { attrs: { localId: need(text), state: need(text) }, children: inline },
  panel: {
    attrs: {
      panelType: oneOf("info", "note", "tip", "warning", "error", "success", "custom"),
      panelIcon: may(text),
      panelIconId: may(text),
      panelIconText: may(text),
      panelColor: may(text),
      ...localId,
    },
    children: ["paragraph", "heading", "codeBlock", "rule", "blockCard", "extension", ...lists, ...media],
    least: 1,
  },
  rule: { attrs: localId },
  expand: {
    attrs: { title: may(text), ...localId },
    marks: ["breakout"],
    children: [...block, "nestedExpand"],
    least: 1,
  },
  nestedExpand: { attrs: { title: may(text), ...localId }, children: blocks, least: 1 },
  table: {
    attrs: {
      isNumberColumnEnabled: may(flag),
      layout: may(text),
      width: may(number),
      displayMode: may(text),
      ...localId,
    },
    children: ["tableRow"],
    least: 1,
  },
  tableRow: { attrs: localId, children: ["tableCell", "tableHeader"] },
  tableCell: cell,
  tableHeader: cell,
  layoutSection: { attrs: localId, marks: ["breakout"], children: ["layoutColumn"], least: 1 },
  layoutColumn: { attrs: { width: need(number), ...localId }, children: [...block, "expand"], least: 1 },
};

const marks: Readonly<Record<string, Attributes>> = {
  strong: {},
  em: {},
  strike: {},
  underline: {},
  code: {},
  link: {
    href: need(filled),
    title: may(text),
    id: may(text),
    collection: may(text),
    occurrenceKey: may(text),
  },
  subsup: { type: oneOf("sub", "sup") },
  textColor: { color: need(color) },
  backgroundColor: { color: need(color) },
  annotation: { id: need(filled), annotationType: oneOf("inlineComment") },
};

/** What a mark carries; undefined: there is no such mark. */
export function attributesOf(mark: string): Attributes | undefined {
  return Object.hasOwn(marks, mark) ? marks[mark] : undefined;
}
