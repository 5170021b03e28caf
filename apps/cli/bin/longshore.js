#!/usr/bin/env node
// In syntax that old versions of Node parse, so that they get to the check and say what they lack.
var version = process.versions.node.split(".").map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 19)) {
  process.stderr.write("longshore needs Node 22.19 or newer; this is Node " + process.versions.node + ".\n");
  process.exit(125);
}
import("../dist/main.js").catch(function (error) {
  process.stderr.write("longshore: cannot be loaded: " + error.message.split("\n")[0] + "\n");
  process.exit(125);
});
