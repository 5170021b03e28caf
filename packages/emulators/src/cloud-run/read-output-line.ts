import type { NewLogEntry } from "../cloud-logging/log-entry.ts";

type Loose = Record<string, unknown>;
type LinePart = Partial<Pick<NewLogEntry, "severity" | "textPayload" | "jsonPayload" | "labels" | "timestamp">>;

const severities = new Set(["DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"]);

function readObject(line: string): Loose | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : undefined;
  } catch {
    return undefined;
  }
}

/** Takes a member out of what stays the payload. */
function take(from: Loose, name: string): string | undefined {
  const value = from[name];
  if (typeof value !== "string") return undefined;
  delete from[name];
  return value;
}

/**
 * What of an entry a line of output says, as documented: a line that is a JSON object is a structured entry, some of whose
 * members go where they belong; one whose message alone is left is a text.
 */
export function readOutputLine(line: string): LinePart {
  const fields = readObject(line);
  if (!fields) return { textPayload: line };
  const parts: Loose = {};
  if (severities.has(String(fields["severity"]).toUpperCase())) parts["severity"] = take(fields, "severity")?.toUpperCase();
  const given = fields["timestamp"] ?? fields["time"];
  if (typeof given === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(given) && !Number.isNaN(Date.parse(given))) {
    parts["timestamp"] = given;
    delete fields[fields["timestamp"] === given ? "timestamp" : "time"];
  }
  for (const [name, field] of [
    ["logging.googleapis.com/insertId", "insertId"],
    ["logging.googleapis.com/trace", "trace"],
    ["logging.googleapis.com/spanId", "spanId"],
  ] as const) {
    const value = take(fields, name);
    if (value !== undefined) parts[field] = value;
  }
  const labels = fields["logging.googleapis.com/labels"];
  if (typeof labels === "object" && labels !== null) {
    delete fields["logging.googleapis.com/labels"];
    parts["labels"] = Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
  }
  const isText = Object.keys(fields).length === 1 && typeof fields["message"] === "string";
  return { ...parts, ...(isText ? { textPayload: String(fields["message"]) } : { jsonPayload: fields }) };
}
