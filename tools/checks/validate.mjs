// Runs each validator over each input and prints what they find.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { wrong } from "./findings.mjs";
import { collect } from "./inputs.mjs";

const cache = process.env.LOKKI_CHECKS;
const require = createRequire(join(cache, "package.json"));

// Each validator returns findings {rule, where, what}.

function aslValidator(input) {
  const { isValid, errors } = require("asl-validator")(JSON.parse(input.text));
  if (isValid) return [];
  return errors.map((e) => ({ rule: e["Error code"], where: e.path ?? "", what: e.Message ?? JSON.stringify(e) }));
}

async function languageService(input) {
  const { getLanguageService, TextDocument } = require("amazon-states-language-service");
  const document = TextDocument.create(input.name, "asl", 1, input.text);
  const service = getLanguageService({});
  const found = await service.doValidation(document, service.parseJSONDocument(document));
  return found.map((f) => ({ rule: "", where: `line ${f.range.start.line + 1}`, what: f.message }));
}

function cloudformationValidate(input) {
  const { RegoEngine, TemplateFile } = require("@aws/cloudformation-validate");
  const engine = new RegoEngine();
  try {
    return engine
      .validateStandard(new TemplateFile(input.file))
      .diagnostics.filter((d) => d.severity !== "INFO")
      .map((d) => ({ rule: d.ruleId, where: d.propertyPath ?? "", what: `${d.entity?.logicalId ?? ""}: ${d.message}` }));
  } finally {
    engine.free();
  }
}

function cfnLint(input) {
  const run = spawnSync(join(cache, "venv/bin/cfn-lint"), ["--format", "json", "--", input.file], { encoding: "utf8" });
  if (run.error || run.stdout === "") throw new Error(`cfn-lint: ${run.error ?? run.stderr}`);
  return JSON.parse(run.stdout).map((f) => ({ rule: f.Rule.Id, where: f.Location.Path.Path?.join(".") ?? "", what: f.Message }));
}

const validators = {
  asl: { "asl-validator": aslValidator, "amazon-states-language-service": languageService },
  template: { "cloudformation-validate": cloudformationValidate, "cfn-lint": cfnLint },
};

const inputs = collect(process.argv.slice(2));
const folder = mkdtempSync(join(tmpdir(), "lokki-checks-"));
let failed = 0;
let known = 0;
try {
  for (const input of inputs) {
    input.file = join(folder, input.name);
    writeFileSync(input.file, input.text);
    for (const [tool, validate] of Object.entries(validators[input.kind])) {
      for (const f of await validate(input)) {
        if (wrong.some((w) => w.tool === tool && w.rules.includes(f.rule) && (w.where ?? /^/).test(f.where) && (w.what ?? /^/).test(f.what))) {
          known++;
          continue;
        }
        failed++;
        console.error(`${input.name}: ${tool}: ${f.rule} ${f.where}: ${f.what}`);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (inputs.length === 0) {
  console.error("nothing to validate");
  failed++;
}
console.log(`${inputs.length} files, ${failed} findings, ${known} known to be wrong`);
process.exitCode = failed > 0 ? 1 : 0;
