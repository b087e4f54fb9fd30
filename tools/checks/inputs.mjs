// Collects what to validate: *.asl.json and *.template.yaml in the given files
// and folders, and those inside golden cases (*.txtar).
import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";

export function collect(paths) {
  const inputs = [];
  for (const path of paths) {
    if (statSync(path).isDirectory()) {
      inputs.push(...collect(readdirSync(path).sort().map((name) => join(path, name))));
    } else if (path.endsWith(".txtar")) {
      for (const { name, text } of archive(readFileSync(path, "utf8"))) {
        add(inputs, `${basename(path, ".txtar")}.${name}`, text);
      }
    } else {
      add(inputs, basename(path), readFileSync(path, "utf8"));
    }
  }
  return inputs;
}

function add(inputs, name, text) {
  if (name.endsWith("asl.json")) inputs.push({ kind: "asl", name, text });
  if (name.endsWith("template.yaml")) inputs.push({ kind: "template", name, text });
}

// archive splits a txtar: each file begins with a line "-- name --".
function archive(text) {
  const parts = text.split(/^-- (\S+) --\n/m);
  const files = [];
  for (let i = 1; i < parts.length; i += 2) files.push({ name: parts[i], text: parts[i + 1] });
  return files;
}
