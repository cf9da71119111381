/** A plain text. */
export const plain = (text: string) => ({ type: "plain_text", text });
/** A text in Slack's markup. */
export const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
/** So many letters. */
export const x = (count: number) => "x".repeat(count);
/** So many of something. */
export const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
/** A section with marked text. */
export const section = (text: string) => ({ type: "section", text: mrkdwn(text) });
/** A button that is fine, but for what `more` says. */
export const button = (more: object = {}) => ({ type: "button", action_id: "a", text: plain("Go"), ...more });
/** A row of things to use. */
export const actions = (...elements: object[]) => ({ type: "actions", elements });
/** A choice named by its value. */
export const option = (value: string) => ({ text: plain(value), value });
/** Rich text of one line. */
export const rich = (text: string) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
});
/** A task card that is fine, but for what `more` says. */
export const task = (more: object = {}) => ({
  type: "task_card",
  task_id: "t",
  title: "Test",
  status: "pending",
  ...more,
});
/** A cell of a table. */
export const cell = (text: string) => ({ type: "raw_text", text });
/** A menu of two. */
export const menu = { type: "static_select", action_id: "m", options: [option("a"), option("b")] };
