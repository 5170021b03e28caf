import { existsSync, readdirSync, readFileSync } from "node:fs";

function unlessGone(act) {
  try {
    return act();
  } catch {
    return "";
  }
}
/** Those whose environment or command names the folder. What has ended names nothing any more. */
function processesOf(place) {
  const numbers = existsSync("/proc/self/environ") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  const told = (number) =>
    ["environ", "cmdline"].map((name) => unlessGone(() => readFileSync(`/proc/${number}/${name}`, "utf8")));
  return numbers.map(Number).filter((number) => number !== process.pid && told(number).some((text) => text.includes(place)));
}
const limitMs = 10_000;

/** Kills what was begun below a temporary folder, such as tasks, which outlive whoever started them. For the end of a process. */
export function endProcesses(place) {
  const limit = performance.now() + limitMs;
  for (let left = processesOf(place); left.length > 0 && performance.now() < limit; left = processesOf(place)) {
    for (const number of left) unlessGone(() => process.kill(number, "SIGKILL"));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}
