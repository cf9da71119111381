import type {
  Datepicker,
  DateTimepicker,
  EmailInput,
  NumberInput,
  PlainTextInput,
  RichTextBlock,
  RichTextInput,
  Timepicker,
  URLInput,
} from "@slack/types";
import { html } from "hono/html";
import type { Html } from "../text/markup.ts";
import { showConfirm } from "./buttons.ts";
import { control } from "./control.ts";
import type { Place } from "./surface.ts";

/** One or several lines of text. */
export function showTextField(field: PlainTextInput, place: Place, label: string): Html {
  const limits = html`${attribute("minlength", field.min_length)} ${attribute("maxlength", field.max_length)} ${common(field, label)}`;
  if (field.multiline === true) {
    // The first line break after <textarea> is dropped by browsers, so one is put there to be dropped.
    return control(
      "one",
      field.action_id,
      place,
      html`<textarea rows="4" ${limits}>
${field.initial_value ?? ""}</textarea>`,
    );
  }
  return control(
    "one",
    field.action_id,
    place,
    html`<input type="text" ${limits} ${attribute("value", field.initial_value)}>`,
  );
}

/** Text that may carry marks in Slack. Here it is written plainly, and goes out as one plain section. */
export function showRichTextField(field: RichTextInput, place: Place, label: string): Html {
  const { initial_value, type, ...rest } = field;
  const words = initial_value === undefined ? {} : { initial_value: wordsOf(initial_value) };
  return showTextField({ ...rest, ...words, type: "plain_text_input", multiline: true }, place, label);
}

/** A number, an e-mail address or a web address. */
export function showTypedField(
  field: NumberInput | EmailInput | URLInput,
  place: Place,
  label: string,
): Html {
  const value = attribute("value", field.initial_value);
  switch (field.type) {
    case "number_input": {
      const range = html`${attribute("min", field.min_value)} ${attribute("max", field.max_value)} step="${field.is_decimal_allowed ? "any" : "1"}"`;
      return control(
        "one",
        field.action_id,
        place,
        html`<input type="number" ${range} ${value} ${common(field, label)}>`,
      );
    }
    case "email_text_input":
      return control(
        "one",
        field.action_id,
        place,
        html`<input type="email" ${value} ${common(field, label)}>`,
      );
    case "url_text_input":
      return control(
        "one",
        field.action_id,
        place,
        html`<input type="url" ${value} ${common(field, label)}>`,
      );
  }
}

/** A day, a time of day, or both. */
export function showDateField(
  field: Datepicker | Timepicker | DateTimepicker,
  place: Place,
  label: string,
): Html {
  return html`${dateControl(field, place, label)}${showConfirm(field.confirm, place)}`;
}

function dateControl(field: Datepicker | Timepicker | DateTimepicker, place: Place, label: string): Html {
  switch (field.type) {
    case "datepicker":
      return control(
        "one",
        field.action_id,
        place,
        html`<input type="date" ${attribute("value", field.initial_date)} ${common(field, label, "Choose a date")}>`,
      );
    case "timepicker":
      return control(
        "one",
        field.action_id,
        place,
        html`<input type="time" ${attribute("value", field.initial_time)} ${common(field, label, "Choose a time")}>`,
      );
    case "datetimepicker": {
      // The browser's own zone fills this in (client.js): a datetime-local field knows no zone.
      const moment = attribute("data-moment", field.initial_date_time);
      return control(
        "moment",
        field.action_id,
        place,
        html`<input type="datetime-local" ${moment} ${common(field, label, "Choose a date and time")}>`,
      );
    }
  }
}

function wordsOf(block: RichTextBlock): string {
  const sections = block.elements.flatMap((part) =>
    part.type === "rich_text_list" ? part.elements : [part],
  );
  const lines = sections.map((section) =>
    section.elements.map((piece) => ("text" in piece ? piece.text : "")),
  );
  return lines.map((pieces) => pieces.join("")).join("\n");
}

type Common = { readonly placeholder?: { readonly text: string }; readonly focus_on_load?: boolean };

function common(field: Common, label: string, otherwise = "Fill in"): Html {
  const name = label === "" ? (field.placeholder?.text ?? otherwise) : label;
  return html`${attribute("placeholder", field.placeholder?.text)} aria-label="${name}" ${field.focus_on_load === true ? "autofocus" : ""}`;
}

function attribute(name: string, value: string | number | undefined): Html {
  return value === undefined ? html`` : html`${name}="${value}"`;
}
