import { lint } from "./checks.mjs";
import { prepare, run } from "./toolchain.mjs";

// The rules that know types read those of the built packages.
process.exitCode = await prepare();
if (process.exitCode === 0) process.exitCode = (await run(...lint)).code;
