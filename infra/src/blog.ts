// The stacks of a blog.

import { ApiStack } from "./api.ts";
import { type App, Stack, type StackProps, acm } from "./cdk.ts";
import { CertificateStack, REGION as CERTIFICATES } from "./certificate.ts";
import { DataStack } from "./data.ts";
import { EdgeStack } from "./edge.ts";
import { PasswordsStack } from "./passwords.ts";
import { SEARCH_COSTS, SearchStack } from "./search.ts";
import { type Home, SettingError, settings } from "./settings.ts";
import { WebStack } from "./web.ts";

/** The stacks, each of which is deployed after those before it. */
export interface Blog {
  readonly data: DataStack;
  readonly passwords: PasswordsStack;
  readonly web: WebStack;
  readonly certificate?: CertificateStack;
  readonly edge: EdgeStack;
  readonly search?: SearchStack;
  readonly api: ApiStack;
}

/** Makes the stacks in `app`, as its context says. Throws a SettingError. */
export function blog(app: App, props: StackProps): Blog {
  const chosen = settings(app);
  const { home } = chosen;
  const data = new DataStack(app, "DeepdiveData", props);
  const passwords = new PasswordsStack(app, "DeepdivePasswords", { ...props, settings: chosen, table: data.table });
  const web = new WebStack(app, "DeepdiveWeb", { ...props, settings: chosen });
  const made = home && "zone" in home.by ? certificate(app, home.domain, home.by.zone, props) : undefined;
  const edge = new EdgeStack(app, "DeepdiveEdge", {
    ...props,
    // The one stack whose certificate may be in another region.
    crossRegionReferences: made !== undefined && made.region !== props.env?.region,
    home,
    certificate: made?.certificate ?? given(home, data),
    media: data.bucket,
    client: web.bucket,
  });
  const search = chosen.search === "made" ? new SearchStack(app, "DeepdiveSearch", props) : undefined;
  const api = new ApiStack(app, "Deepdive", {
    ...props,
    settings: chosen,
    table: data.table,
    bucket: data.bucket,
    client: web.bucket,
    passwords,
    edge,
    domain: search?.domain,
  });
  return { data, passwords, web, ...(made && { certificate: made }), edge, ...(search && { search }), api };
}

/** What a blog costs while nobody reads it, as far as that is more than cents. */
export function costs({ search }: Blog): string[] {
  return search ? [SEARCH_COSTS] : [];
}

function certificate(app: App, domain: string, zone: string, props: StackProps): CertificateStack {
  if (!props.env?.account || !props.env.region) {
    throw new SettingError(
      `domain=${domain} needs to know the account and the region: sign in with the AWS CLI (aws sts get-caller-identity has to ` +
        "answer), and set a region (aws configure set region ...)",
    );
  }
  const env = { account: props.env.account, region: CERTIFICATES };
  const elsewhere = props.env.region !== CERTIFICATES;
  return new CertificateStack(app, "DeepdiveCertificate", { ...props, env, domain, zone, crossRegionReferences: elsewhere });
}

function given(home: Home | undefined, scope: Stack): acm.ICertificate | undefined {
  if (!home || !("certificate" in home.by)) return undefined;
  return acm.Certificate.fromCertificateArn(scope, "Certificate", home.by.certificate);
}
