import type { Figure } from "./figure.ts";

const short = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** For people: a figure's sides with their quartiles, then its bars. */
export function describeFigure({ name, unit, sides, bars }: Figure): string {
  const width = Math.max(...sides.map((side) => side.name.length));
  const rows = sides.map(({ name: side, spread: { median, lower, upper, samples } }) =>
    [
      `  ${side.padEnd(width)}`,
      `${short(median).padStart(8)} ${unit}`,
      `(${short(lower)} to ${short(upper)}, ${samples} samples)`,
    ].join("  "),
  );
  const verdicts = bars.map(({ text, value, met }) => `  ${met ? "met  " : "SHORT"}  ${text}: ${short(value)}`);
  return [name, ...rows, ...verdicts].join("\n");
}
