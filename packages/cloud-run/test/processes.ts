import { readdirSync, readFileSync } from "node:fs";

const environmentOf = (pid: string): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    // It has ended meanwhile.
    return [];
  }
};
const isZombie = (pid: string): boolean => {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
};

/** Of the emulator's process engine: those that run with any of these variables, children included. */
export const processesWith = (variables: readonly string[]): readonly string[] =>
  readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && environmentOf(pid).some((one) => variables.includes(one)) && !isZombie(pid),
  );
