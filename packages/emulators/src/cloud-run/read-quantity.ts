const units: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Bytes of a quantity such as 512Mi; undefined where it is none. */
export function readMemory(text: string): number | undefined {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)(k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * units[unit]!;
}

/** vCPUs of a quantity such as 1, 1.5 or 1500m; undefined where it is none. */
export function readCpu(text: string): number | undefined {
  const [, digits, milli] = /^(\d+(?:\.\d+)?)(m)?$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) / (milli ? 1000 : 1);
}

/** Seconds of a duration such as 600s; undefined where it is none. */
export function readSeconds(text: string): number | undefined {
  const [, digits] = /^(-?\d+(?:\.\d+)?)s$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
