// What the owner decides, by `cdk deploy -c NAME=VALUE`.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { lambda } from "./cdk.ts";
import type { Construct } from "constructs";

export interface Settings {
  /** What the blog is called. */
  readonly title: string;
  /** Whether readers may make accounts. */
  readonly signUp: "open" | "closed";
  /** Address of an OpenSearch domain; empty for a blog without search. */
  readonly searchUrl: string;
  /** The model of Bedrock that writes summaries, by its inference profile. */
  readonly summaryModel: string;
  /** What the functions were compiled for. */
  readonly architecture: lambda.Architecture;
  /** Where `cargo xtask zips` puts the functions. */
  readonly functions: string;
}

/** Says which setting is wrong, and what it may be. */
export class SettingError extends Error {}

/** As `DEFAULT_MODEL` of adapters/aws/summary. */
export const SUMMARY_MODEL = "global.anthropic.claude-haiku-4-5-20251001-v1:0";

const NAMES = ["title", "signUp", "searchUrl", "summaryModel", "architecture", "functions"] as const;

/** Reads the settings. Throws a SettingError that names what cannot be meant. */
export function settings(scope: Construct): Settings {
  const read = (name: (typeof NAMES)[number], otherwise: string): string => {
    const value: unknown = scope.node.tryGetContext(name);
    return typeof value === "string" ? value : otherwise;
  };
  const one = <T extends string>(name: (typeof NAMES)[number], allowed: readonly T[], otherwise: T): T => {
    const value = read(name, otherwise);
    const found = allowed.find((known) => known === value);
    if (found === undefined) throw new SettingError(`${name}=${value}: expected ${allowed.join(" or ")}`);
    return found;
  };
  const searchUrl = read("searchUrl", "");
  if (searchUrl !== "" && !/^https?:\/\/[^/]+$/.test(searchUrl)) {
    throw new SettingError(`searchUrl=${searchUrl}: expected an address such as https://..., without a path`);
  }
  const functions = resolve(read("functions", join(import.meta.dirname, "../../target/lambda")));
  if (!existsSync(functions)) {
    throw new SettingError(`functions=${functions}: there are none; make them with cargo xtask zips`);
  }
  const arm = one("architecture", ["arm64", "x86_64"], "arm64") === "arm64";
  return {
    title: read("title", "Deepdive"),
    signUp: one("signUp", ["open", "closed"], "closed"),
    searchUrl,
    summaryModel: read("summaryModel", SUMMARY_MODEL),
    architecture: arm ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
    functions,
  };
}
