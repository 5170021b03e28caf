// Run in a package's folder: packs it as it would be published, and checks what a user would get.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
const place = mkdtempSync(path.join(tmpdir(), "longshore-pack-"));
try {
  execFileSync("pnpm", ["pack", "--pack-destination", place], { stdio: ["ignore", "pipe", "pipe"] });
  const archive = path.join(place, readdirSync(place)[0]);
  execFileSync("publint", ["run", archive, "--strict"], { stdio: "inherit" });
  if (exports["."])
    execFileSync("attw", [archive, "--profile", "esm-only", "--no-emoji", "--format", "ascii"], { stdio: "inherit" });
} catch (error) {
  console.error(String(error.stderr ?? error.message));
  process.exitCode = 1;
} finally {
  rmSync(place, { recursive: true, force: true });
}
