// Processes that are started with an environment of their own, such as the supervisors of local processes, are counted as well:
// the node that tests start is one that sets the variable and becomes the real one.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const place = process.env.LONGSHORE_COVERAGE_PLACE;
const wrapper = join(place, "node");
if (!existsSync(wrapper)) {
  mkdirSync(place, { recursive: true });
  writeFileSync(wrapper, `#!/bin/sh\nNODE_V8_COVERAGE=${place}/children exec ${process.execPath} "$@"\n`, { mode: 0o755 });
}
process.execPath = wrapper;
