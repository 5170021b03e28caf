import { STATUS_CODES, type ServerResponse } from "node:http";

/** Answers as something in front of a cloud does that cannot reach it. */
export function proxyErrorPage(response: ServerResponse, { status, html }: { status: number; html?: boolean }): void {
  const said = `${status} ${STATUS_CODES[status] ?? "Error"}`;
  if (!html) return void response.writeHead(status, { "content-length": "0" }).end();
  const page = `<html>\r\n<head><title>${said}</title></head>\r\n<body><h1>${said}</h1></body>\r\n</html>\r\n`;
  response.writeHead(status, { "content-type": "text/html" }).end(page);
}
