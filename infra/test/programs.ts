// The functions, as the templates look for them (what is in them matters to nobody here), and the blog made with them.

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { App, type StackProps } from "aws-cdk-lib";

import { type Blog, blog } from "../src/blog.ts";

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

/** The blog as settings make it, at a place; the same one for the same settings: most tests look at the usual one. */
export function maker(functions: () => string): (context?: Record<string, string>, place?: StackProps) => Blog {
  const known = new Map<string, Blog>();
  return (context = {}, place = {}) => {
    const key = JSON.stringify([context, place]);
    const made = known.get(key) ?? blog(new App({ context: { functions: functions(), ...context } }), place);
    known.set(key, made);
    return made;
  };
}
