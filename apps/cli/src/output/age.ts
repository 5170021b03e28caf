const units = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
] as const;

/** Since then, in its largest whole unit: `45s`, `3m`, `2d`. */
export function age(since: string, now: number = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  const [unit, size] = units.find(([, most]) => seconds >= most) ?? ["s", 1];
  return `${Math.floor(seconds / size)}${unit}`;
}
