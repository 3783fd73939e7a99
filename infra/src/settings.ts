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
  /** Who mails are from, and what the secret is called that holds the address of the mail server; without them, links
   * are the owner's to pass on. */
  readonly mail?: { readonly from: string; readonly secret: string };
  /** Where the blog is for its readers; without it, CloudFront's name is used. */
  readonly home?: Home;
  /** A domain that is made, the address of one that is there, or none: a blog without search. */
  readonly search: "made" | { readonly url: string } | "off";
  /** The neural voice of Polly that speaks Korean. */
  readonly koreanVoice: string;
  /** The same for English. */
  readonly englishVoice: string;
  /** The model of Bedrock that writes summaries, by its inference profile. */
  readonly summaryModel: string;
  /** What a million characters of speech cost, such as `16` or `16.50`; at most three decimals. */
  readonly speechPrice: string;
  /** What a million tokens that are summarised cost. */
  readonly summaryPrice: string;
  /** In which the prices are, by ISO 4217. */
  readonly currency: string;
  /** What the functions were compiled for. */
  readonly architecture: lambda.Architecture;
  /** Where `cargo xtask lambda` puts the functions. */
  readonly functions: string;
}

/** A name of the owner's own. */
export interface Home {
  /** Such as `blog.example`. */
  readonly domain: string;
  /** The hosted zone of Route 53 in which the name's records are made, and by which its certificate is proved; or
   * the certificate that is there, of someone who keeps their names elsewhere. */
  readonly by: { readonly zone: string } | { readonly certificate: string };
}

/** Says which setting is wrong, and what it may be. */
export class SettingError extends Error {}

/** As `KOREAN_VOICE` and `ENGLISH_VOICE` of adapters/aws/speech. */
export const VOICES = { korean: "Seoyeon", english: "Joanna" } as const;

/** As `DEFAULT_MODEL` of adapters/aws/summary. */
export const SUMMARY_MODEL = "global.anthropic.claude-haiku-4-5-20251001-v1:0";

/** What Amazon asks for neural voices of Polly and for what Claude Haiku 4.5 reads, in us-east-1. */
const PRICES = { speech: "16", summary: "1", currency: "USD" } as const;

const NAMES = [
  "title", "signUp", "mailFrom", "mailSecret", "domain", "zone", "certificate", "search", "searchUrl", "koreanVoice",
  "englishVoice", "summaryModel", "speechPrice", "summaryPrice", "currency", "architecture", "functions",
] as const;
type Name = (typeof NAMES)[number];

/** Reads the settings. Throws a SettingError that names what cannot be meant. */
export function settings(scope: Construct): Settings {
  const read = (name: Name, otherwise: string): string => {
    const value: unknown = scope.node.tryGetContext(name);
    return typeof value === "string" ? value : otherwise;
  };
  const one = <T extends string>(name: Name, allowed: readonly T[], otherwise: T): T => {
    const value = read(name, otherwise);
    const found = allowed.find((known) => known === value);
    if (found === undefined) throw new SettingError(`${name}=${value}: expected ${allowed.join(" or ")}`);
    return found;
  };
  const functions = resolve(read("functions", join(import.meta.dirname, "../../target/lambda")));
  if (!existsSync(functions)) {
    throw new SettingError(`functions=${functions}: there are none; make them with cargo xtask lambda`);
  }
  const spelled = (name: Name, otherwise: string, form: RegExp, expected: string): string => {
    const value = read(name, otherwise);
    if (!form.test(value)) throw new SettingError(`${name}=${value}: expected ${expected}`);
    return value;
  };
  const voice = (name: Name, otherwise: string) => spelled(name, otherwise, /^[A-Z][A-Za-z]+$/, `a voice such as ${otherwise}`);
  const price = (name: Name, otherwise: string) =>
    spelled(name, otherwise, /^\d{1,6}(\.\d{1,3})?$/, "an amount such as 16 or 16.50, with at most three decimals");
  const arm = one("architecture", ["arm64", "x86_64"], "arm64") === "arm64";
  return {
    title: read("title", "Deepdive"),
    signUp: one("signUp", ["open", "closed"], "closed"),
    ...mail(read),
    home: home(read),
    search: search(read, one("search", ["on", "off"], "on")),
    koreanVoice: voice("koreanVoice", VOICES.korean),
    englishVoice: voice("englishVoice", VOICES.english),
    summaryModel: read("summaryModel", SUMMARY_MODEL),
    speechPrice: price("speechPrice", PRICES.speech),
    summaryPrice: price("summaryPrice", PRICES.summary),
    currency: spelled("currency", PRICES.currency, /^[A-Z]{3}$/, "three capitals, such as USD or KRW"),
    architecture: arm ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
    functions,
  };
}

function home(read: (name: Name, otherwise: string) => string): Home | undefined {
  const [domain, zone, certificate] = [read("domain", ""), read("zone", ""), read("certificate", "")];
  if (domain === "") {
    const lost = zone !== "" ? "zone" : certificate !== "" ? "certificate" : undefined;
    if (lost === undefined) return undefined;
    throw new SettingError(`${lost} is set, but not domain: say domain=blog.example too, or leave ${lost} out`);
  }
  if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(domain)) {
    throw new SettingError(`domain=${domain}: expected a name such as blog.example, without https:// and path`);
  }
  if (zone !== "" && certificate !== "") {
    throw new SettingError("zone and certificate are both set: a certificate is made in the zone, or is there already");
  }
  if (zone !== "") {
    if (!/^Z[A-Z0-9]+$/.test(zone)) {
      throw new SettingError(`zone=${zone}: expected a hosted zone's id such as Z0123456789ABC; aws route53 list-hosted-zones tells it`);
    }
    return { domain, by: { zone } };
  }
  if (!/^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[a-z0-9-]+$/.test(certificate)) {
    throw new SettingError(
      certificate === ""
        ? `domain=${domain} needs zone=, the id of its hosted zone in Route 53 (aws route53 list-hosted-zones), or certificate=, one of us-east-1`
        : `certificate=${certificate}: expected a certificate's ARN in us-east-1, the only region whose certificates CloudFront takes`,
    );
  }
  return { domain, by: { certificate } };
}

function mail(read: (name: Name, otherwise: string) => string): Pick<Settings, "mail"> {
  const [from, secret] = [read("mailFrom", ""), read("mailSecret", "")];
  if (from === "" && secret === "") return {};
  if (!/^([^<>]+<)?[^@<>\s]+@[^@<>\s]+>?$/.test(from)) {
    throw new SettingError(`mailFrom=${from}: expected a sender such as blog@blog.example, together with mailSecret`);
  }
  if (!/^[A-Za-z0-9/_+=.@-]+$/.test(secret)) {
    throw new SettingError(
      `mailSecret=${secret}: expected the name of a secret of Secrets Manager that holds an address such as smtps://USER:PASSWORD@HOST`,
    );
  }
  return { mail: { from, secret } };
}

function search(read: (name: Name, otherwise: string) => string, wanted: "on" | "off"): Settings["search"] {
  const url = read("searchUrl", "");
  if (url === "") return wanted === "on" ? "made" : "off";
  if (wanted === "off") {
    throw new SettingError("searchUrl is set with search=off: leave one of them out");
  }
  if (!/^https?:\/\/[^/]+$/.test(url)) {
    throw new SettingError(`searchUrl=${url}: expected an address such as https://..., without a path`);
  }
  return { url };
}
