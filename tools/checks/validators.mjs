// The validators. Each takes the inputs of its kind, {name, text, file}, and
// returns findings {name, rule, where, what}.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { setImmediate } from "node:timers/promises";

const cache = process.env.LOKKI_CHECKS;
const require = createRequire(join(cache, "package.json"));

// each makes a validator of a function that takes one input. It lets the
// programs' output be handled in between.
function each(check) {
  return async (inputs) => {
    const findings = [];
    for (const input of inputs) {
      for (const f of await check(input)) findings.push({ name: input.name, ...f });
      await setImmediate();
    }
    return findings;
  };
}

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
  const lines = input.text.split("\n");
  return found.map((f) => {
    const line = f.range.start.line;
    return { rule: "", where: `line ${line + 1}: ${lines[line].trim()}`, what: f.message };
  });
}

// cloudformationValidate keeps one engine for all files.
async function cloudformationValidate(inputs) {
  const { RegoEngine, TemplateFile } = require("@aws/cloudformation-validate");
  const engine = new RegoEngine();
  try {
    return await each((input) =>
      engine
        .validateStandard(new TemplateFile(input.file))
        .diagnostics.filter((d) => d.severity !== "INFO")
        .map((d) => ({ rule: d.ruleId, where: d.propertyPath ?? "", what: `${d.entity?.logicalId ?? ""}: ${d.message}` })),
    )(inputs);
  } finally {
    engine.free();
  }
}

async function cfnLint(files) {
  const found = JSON.parse(await run("cfn-lint", ["--format", "json", "--", ...files]));
  return found.map((f) => ({
    name: basename(f.Filename),
    rule: f.Rule.Id,
    where: f.Location.Path.Path?.join(".") ?? "",
    what: f.Message,
  }));
}

async function checkov(files) {
  const args = ["--framework", "cloudformation", "--output", "json", "--quiet", "--compact", "--skip-download"];
  const report = JSON.parse(await run("checkov", [...args, "--file", ...files]));
  const { results, summary } = report;
  if (!results || summary.parsing_errors > 0 || summary.resource_count === 0) {
    throw new Error(`checkov: ${JSON.stringify(summary ?? report)}: ${JSON.stringify(results?.parsing_errors)}`);
  }
  return results.failed_checks.map((f) => ({
    name: basename(f.file_path),
    rule: f.check_id,
    where: f.resource,
    what: f.check_name,
  }));
}

// shared makes a validator of a program: one process per CPU, each with a share
// of the files.
function shared(program) {
  return async (inputs) => {
    const n = Math.min(inputs.length, availableParallelism());
    const parts = Array.from({ length: n }, (_, i) => inputs.filter((_, j) => j % n === i).map((input) => input.file));
    return (await Promise.all(parts.map(program))).flat();
  };
}

// run returns what a program of the Python environment prints. Findings aren't
// a failure, but printing nothing is.
function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(join(cache, "venv/bin", program), args, { stdio: ["ignore", "pipe", "pipe"] });
    const out = [];
    const err = [];
    child.stdout.on("data", (data) => out.push(data));
    child.stderr.on("data", (data) => err.push(data));
    child.on("error", reject);
    child.on("close", (code) => {
      if (out.length > 0) resolve(Buffer.concat(out).toString());
      else reject(new Error(`${program} ended with ${code}: ${Buffer.concat(err)}`));
    });
  });
}

export const validators = [
  { tool: "cfn-lint", kind: "template", validate: shared(cfnLint) },
  { tool: "checkov", kind: "template", validate: shared(checkov) },
  { tool: "cloudformation-validate", kind: "template", validate: cloudformationValidate },
  { tool: "asl-validator", kind: "asl", validate: each(aslValidator) },
  { tool: "amazon-states-language-service", kind: "asl", validate: each(languageService) },
];
