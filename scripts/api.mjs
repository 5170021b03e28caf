import { prepare, run } from "./toolchain.mjs";

process.exitCode = await prepare();
if (process.exitCode === 0) process.exitCode = (await run("node", ["scripts/check-api.mjs", "--write"])).code;
