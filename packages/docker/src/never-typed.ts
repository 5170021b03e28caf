/**
 * The engine takes two keys, by default Ctrl-P and Ctrl-Q, out of what goes to a terminal, and leaves. It cannot be told not
 * to; so it is told a row of keys that nobody types.
 */
export const neverTyped: string = Array.from({ length: 4 }, () => "ctrl-^,ctrl-@").join(",");
