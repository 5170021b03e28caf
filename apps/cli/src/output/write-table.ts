const bare = ["top", "bottom", "left", "right", "mid"].flatMap((side) =>
  side === "mid" ? ["mid", "left-mid", "mid-mid", "right-mid", "middle"] : [side, `${side}-mid`, `${side}-left`, `${side}-right`],
);

/** For people: aligned columns without lines or colours, fit for `grep`. */
export async function writeTable(head: readonly string[], rows: readonly (readonly string[])[]): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const table = new Table({
    head: [...head],
    chars: Object.fromEntries(bare.map((name) => [name, ""])),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  table.push(...rows.map((row) => [...row]));
  const lines = table.toString().split("\n");
  return lines.map((line) => line.trimEnd()).join("\n");
}
