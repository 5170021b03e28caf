// A vitest reporter: leaves one entry per test in the package's `.test-results.json`, with the reason of a skip, which vitest's
// own JSON leaves out. A file that does not load and a hook that throws count as one failure each.
import { writeFileSync } from "node:fs";

const firstLine = (errors) => errors?.[0]?.message?.split("\n")[0];
const broken = (part, name) => (part.errors().length > 0 ? [{ name, state: "failed", note: firstLine(part.errors()) }] : []);

function resultOf(test, file) {
  const { state, note, errors } = test.result();
  const name = `${file} > ${test.fullName}`;
  if (state === "pending") return { name, state: "failed", note: "it did not finish" };
  return { name, state, note: note ?? firstLine(state === "failed" ? errors : []) };
}

function resultsOf(module) {
  const file = module.relativeModuleId;
  return [
    ...broken(module, file),
    ...[...module.children.allSuites()].flatMap((suite) => broken(suite, `${file} > ${suite.fullName}`)),
    ...[...module.children.allTests()].map((test) => resultOf(test, file)),
  ];
}

export default class VitestResults {
  onTestRunEnd(modules, unhandled) {
    const stray = unhandled.map((error) => ({
      name: "outside of any test",
      state: "failed",
      note: error.message?.split("\n")[0],
    }));
    writeFileSync(".test-results.json", JSON.stringify([...modules.flatMap(resultsOf), ...stray]));
  }
}
