// Processes that tests start are counted as well: node hands the variable on, also to those with an environment of their own. It
// would hand it on to the programs of tasks, too, which have to see none of it: the node that tests start forgets the variable.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const place = process.env.LONGSHORE_COVERAGE_PLACE;
const wrapper = join(place, "node");
if (!existsSync(wrapper)) {
  mkdirSync(place, { recursive: true });
  const forget = "data:text/javascript,delete process.env.NODE_V8_COVERAGE";
  writeFileSync(wrapper, `#!/bin/sh\nexec ${process.execPath} --import '${forget}' "$@"\n`, { mode: 0o755 });
}
process.execPath = wrapper;
