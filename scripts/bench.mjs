// `npm run bench -- --help` says what it measures.
import { prepare, run } from "./toolchain.mjs";

process.exitCode = await prepare();
if (process.exitCode === 0) process.exitCode = (await run("node", ["bench/src/main.ts", ...process.argv.slice(2)])).code;
