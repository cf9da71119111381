#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { totalsOf } from "./invoice.js";
import { format } from "./money.js";

const [file] = process.argv.slice(2);
if (!file) {
  console.error("Usage: billing <invoice.json>");
  process.exit(2);
}

try {
  const invoice = JSON.parse(readFileSync(file, "utf8"));
  const { net, tax, total } = totalsOf(invoice);
  console.log(`Invoice ${invoice.number}`);
  console.log(`Net    ${format(net).padStart(12)}`);
  console.log(`Tax    ${format(tax).padStart(12)}`);
  console.log(`Total  ${format(total).padStart(12)}`);
} catch (error) {
  console.error(`${file}: ${error.message}`);
  process.exit(1);
}
