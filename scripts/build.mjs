import { prepare } from "./toolchain.mjs";

process.exitCode = await prepare();
