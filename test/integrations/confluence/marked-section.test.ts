import { expect, it } from "vitest";
import { hasSection, putSection } from "#integrations/confluence/marked-section.ts";
import { codeBlock, heading, paragraph } from "#integrations/confluence/storage.ts";
import { keep } from "#test/support/atlassian/confluence/storage-format.ts";

const RUN = "0d9b2d5c-6b6e-4b39-9a4b-2f1c3c7d8e90";
const OTHER = "11111111-6b6e-4b39-9a4b-2f1c3c7d8e90";
const one = [heading(2, "Plan"), paragraph("first")];
const two = [heading(2, "Plan"), paragraph("second")];
let ids = 0;
/** As Confluence gives it back: with ids, with entities by name. */
const kept = (body: string) => keep(body, () => `macro-${++ids}`);
const occurrences = (text: string, part: string) => text.split(part).length - 1;

it("keeps byte for byte what people wrote before and after our part", () => {
  const before =
    '<h1>Ours &mdash; really</h1><p>a  b</p><ac:structured-macro ac:name="info" ac:macro-id="1"><ac:rich-text-body><p>note</p></ac:rich-text-body></ac:structured-macro>';
  const after = "<p>below &auml;</p><table><tbody><tr><td>x</td></tr></tbody></table>";
  const page = `${before}${kept(putSection("", RUN, one))}${after}`;
  const next = putSection(page, RUN, two);
  expect(next.startsWith(before)).toBe(true);
  expect(next.endsWith(after)).toBe(true);
  expect(next).toContain("second");
  expect(next).not.toContain("first");
});

it("finds its part again after Confluence's editor has been over it", () => {
  const saved = kept(putSection("", RUN, one));
  expect(saved).toMatch(/ac:macro-id="macro-\d+"/);
  expect(hasSection(saved, RUN)).toBe(true);
  const again = kept(putSection(saved, RUN, one));
  expect(again.replaceAll(/macro-\d+/g, "")).toBe(saved.replaceAll(/macro-\d+/g, ""));
});

it("leaves the macro around it as it is: its id, and what people set on it", () => {
  const saved = kept(putSection("", RUN, one)).replace(
    '<ac:parameter ac:name="name">',
    '<ac:parameter ac:name="hidden">false</ac:parameter><ac:parameter ac:name="name">',
  );
  const next = putSection(saved, RUN, two);
  expect(next.slice(0, next.indexOf("<ac:rich-text-body>"))).toBe(
    saved.slice(0, saved.indexOf("<ac:rich-text-body>")),
  );
});

it("overwrites what somebody writes inside it, and says so in words", () => {
  const page = kept(putSection("", RUN, one)).replace("first", "I was here");
  const next = putSection(page, RUN, two);
  expect(next).not.toContain("I was here");
  expect(next).toContain("what is changed in it is overwritten");
});

it("goes back to the end where somebody took it out", () => {
  const next = putSection("<p>all mine now</p>", RUN, one);
  expect(next.startsWith("<p>all mine now</p><ac:structured-macro")).toBe(true);
  expect(hasSection(next, RUN)).toBe(true);
});

it("is there once, wherever somebody has put copies of it", () => {
  const part = kept(putSection("", RUN, one)).replace(/<p \/>$/, "");
  const page = `<p>a</p>${part}<p>b</p><table><tbody><tr><td>${part}</td></tr></tbody></table><p>c</p>${part}`;
  const next = putSection(page, RUN, two);
  expect(occurrences(next, `countersign-${RUN}`)).toBe(1);
  expect(occurrences(next, "second")).toBe(1);
  expect(next).not.toContain("first");
  expect(next.startsWith("<p>a</p><ac:structured-macro")).toBe(true);
  expect(next.endsWith("<p>b</p><table><tbody><tr><td></td></tr></tbody></table><p>c</p>")).toBe(true);
  expect(() => kept(next)).not.toThrow();
});

it("is brought up to date where somebody moved it, and loses copies within itself", () => {
  const inner = kept(putSection("", RUN, one)).replace(/<p \/>$/, "");
  const outer = inner.replace("<p>first</p>", inner);
  const page = `<ac:layout><ac:layout-section ac:type="single"><ac:layout-cell>${outer}</ac:layout-cell></ac:layout-section></ac:layout>`;
  const next = putSection(page, RUN, two);
  expect(occurrences(next, `countersign-${RUN}`)).toBe(1);
  expect(next).toMatch(/^<ac:layout>.*second.*<\/ac:layout>$/);
});

it("is not another run's, not an excerpt of people's, and not a text that talks about it", () => {
  const others = [
    kept(putSection("", OTHER, one)),
    `<ac:structured-macro ac:name="excerpt"><ac:parameter ac:name="hidden">true</ac:parameter><ac:rich-text-body><p>countersign-${RUN}</p></ac:rich-text-body></ac:structured-macro>`,
    codeBlock(putSection("", RUN, one)).block,
    `<p>name: countersign-${RUN}</p>`,
  ].join("");
  expect(hasSection(others, RUN)).toBe(false);
  expect(putSection(others, RUN, one).startsWith(others)).toBe(true);
});

it("holds hostile text without an end before its end", () => {
  const hostile = '</ac:rich-text-body></ac:structured-macro>]]>&<ac:parameter ac:name="name">';
  const page = kept(`<p>top</p>${putSection("", RUN, [paragraph(hostile), codeBlock(hostile)])}<p>end</p>`);
  const next = putSection(page, RUN, two);
  expect(next.startsWith("<p>top</p><ac:structured-macro")).toBe(true);
  expect(next.endsWith("</ac:structured-macro><p /><p>end</p>")).toBe(true);
  expect(next).not.toContain("name=&quot;");
});

it("is written anew where somebody emptied its macro", () => {
  const empty = `<p>a</p><ac:structured-macro ac:name="excerpt"><ac:parameter ac:name="name">countersign-${RUN}</ac:parameter><ac:rich-text-body /></ac:structured-macro><p>b</p>`;
  expect(putSection(empty, RUN, two)).toMatch(/^<p>a<\/p>.*second.*<p>b<\/p>$/);
  const bodiless = empty.replace("<ac:rich-text-body />", "");
  expect(putSection(bodiless, RUN, two)).toMatch(/^<p>a<\/p>.*second.*<p>b<\/p>$/);
});
