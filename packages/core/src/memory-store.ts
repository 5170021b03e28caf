import type { Store } from "./host.ts";

/** Remembers as long as the process lives. */
export function memoryStore(): Store {
  const values = new Map<string, string>();
  return {
    get: async (key) => values.get(key),
    put: async (key, value) => void values.set(key, value),
    claim: async (key, value) => !values.has(key) && values.set(key, value) === values,
    delete: async (key) => void values.delete(key),
    async *list(prefix) {
      for (const key of [...values.keys()]) if (key.startsWith(prefix)) yield key;
    },
  };
}
