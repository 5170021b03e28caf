/** A group has at least one CPU and 1 GB unless it says otherwise; these are the least that a request may name. */
const cpuStep = 10;
const gigabyteStep = 0.1;
/** Documented for Linux groups of the standard SKU: `listCapabilities` tells what a location really has. */
export const most = { milliCpu: 31_000, gigabytes: 240 } as const;
/** What a spec gets that asks for nothing: the service's own default. */
export const usual = { milliCpu: 1000, mebibytes: 1536 } as const;
const mebibytesPerGigabyte = 1024;
/** Every group has so much, and no other (resource and quota limits). */
export const storageMebibytes: number = 50 * 1024;

export interface GroupSize {
  readonly milliCpu: number;
  /** In tenths. */
  readonly gigabytes: number;
}
/** Up to the next step of each. */
export function groupSize({ milliCpu, mebibytes }: { readonly milliCpu: number; readonly mebibytes: number }): GroupSize {
  const tenths = Math.ceil(mebibytes / mebibytesPerGigabyte / gigabyteStep - 1e-9);
  return { milliCpu: Math.ceil(milliCpu / cpuStep) * cpuStep, gigabytes: Number((tenths * gigabyteStep).toFixed(1)) };
}
export const toMebibytes = (gigabytes: number): number => Number((gigabytes * mebibytesPerGigabyte).toFixed(1));
export const isTooLarge = ({ milliCpu, gigabytes }: GroupSize): boolean => milliCpu > most.milliCpu || gigabytes > most.gigabytes;
