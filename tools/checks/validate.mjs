// Runs each validator over the inputs and prints the findings. Each runs once
// over all files, or once per CPU: starting one takes longer than checking a
// file.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { answered } from "./findings.mjs";
import { collect } from "./inputs.mjs";
import { validators } from "./validators.mjs";

const args = process.argv.slice(2);
const strict = args[0] === "--strict"; // every answer must be needed
const paths = args.slice(args.indexOf("--") + 1);
const inputs = collect(paths);
const folder = mkdtempSync(join(tmpdir(), "lokki-checks-"));
let findings;
try {
  for (const input of inputs) {
    input.file = join(folder, input.name);
    writeFileSync(input.file, input.text);
  }
  // The programs first: they run in parallel with the validators in this
  // process.
  findings = await Promise.all(
    validators.map(async ({ tool, kind, validate }) => {
      const found = await validate(inputs.filter((i) => i.kind === kind));
      return found.map((f) => ({ tool, ...f }));
    }),
  );
} finally {
  rmSync(folder, { recursive: true });
}

let failed = 0;
let known = 0;
const bad = new Set(); // names of files, and of anything else that failed
const used = new Set();
for (const f of findings.flat()) {
  const answer = answered.find((a) => a.tool === f.tool && a.rules.includes(f.rule) && a.where.test(`${f.where}: ${f.what}`));
  if (answer) {
    known++;
    used.add(answer);
    continue;
  }
  failed++;
  bad.add(f.name);
  console.error(`${f.name}: ${f.tool}: ${f.rule} ${f.where}: ${f.what}`);
}
if (inputs.length === 0) {
  console.error("nothing to validate");
  bad.add("inputs");
}
if (strict) {
  for (const a of answered.filter((a) => !used.has(a))) {
    console.error(`findings.mjs: ${a.tool} no longer finds ${a.rules.join(", ")}: remove the answer`);
    bad.add("findings.mjs");
  }
}
console.log(`${inputs.length} files, ${failed} findings, ${known} answered`);
const passed = inputs.filter((i) => !bad.has(i.name)).length;
console.log(`${passed} passed, ${bad.size} failed`);
process.exitCode = bad.size > 0 ? 1 : 0;
