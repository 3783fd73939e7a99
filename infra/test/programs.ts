// The functions, as the templates look for them; what is in them matters to nobody here.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** All of them, by the names of their folders. */
export const PROGRAMS = [
  "http", "image", "mail", "migration", "notifier", "operator", "purge", "router", "search", "socket", "speech", "speech-completed",
  "summary", "sweeper", "web",
];

/** A folder with a folder for each of them. Whoever asked removes it. */
export function programs(): string {
  const functions = mkdtempSync(join(tmpdir(), "deepdive-functions-"));
  for (const program of PROGRAMS) {
    mkdirSync(join(functions, program));
    writeFileSync(join(functions, program, "bootstrap"), program);
  }
  return functions;
}
