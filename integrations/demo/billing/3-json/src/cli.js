#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { totalsOf } from "./invoice.js";
import { format } from "./money.js";

const args = process.argv.slice(2);
const asJson = args.includes("--json");
const [file] = args.filter((arg) => !arg.startsWith("--"));
if (!file) {
  console.error("Usage: billing [--json] <invoice.json>");
  process.exit(2);
}

try {
  const invoice = JSON.parse(readFileSync(file, "utf8"));
  const totals = totalsOf(invoice);
  console.log(asJson ? JSON.stringify({ number: invoice.number, ...totals }) : toText(invoice, totals));
} catch (error) {
  console.error(`${file}: ${error.message}`);
  process.exit(1);
}

function toText({ number }, { net, tax, total }) {
  const rows = [
    ["Net", net],
    ["Tax", tax],
    ["Total", total],
  ];
  return [`Invoice ${number}`, ...rows.map(([name, cents]) => name.padEnd(7) + format(cents).padStart(12))].join("\n");
}
