// The certificate of the owner's name, where CloudFront looks for it.

import type { Construct } from "constructs";

import { Stack, type StackProps, acm, route53 } from "./cdk.ts";

/** The only region whose certificates CloudFront takes. */
export const REGION = "us-east-1";

export interface CertificateProps extends StackProps {
  readonly domain: string;
  /** Id of the hosted zone, in which the name is proved to be the owner's. */
  readonly zone: string;
}

/** A certificate in us-east-1, wherever the blog is. */
export class CertificateStack extends Stack {
  readonly certificate: acm.Certificate;

  constructor(scope: Construct, id: string, props: CertificateProps) {
    super(scope, id, props);
    const { domain, zone } = props;
    const hostedZone = route53.HostedZone.fromHostedZoneAttributes(this, "Zone", { hostedZoneId: zone, zoneName: domain });
    this.certificate = new acm.Certificate(this, "Certificate", {
      domainName: domain,
      validation: acm.CertificateValidation.fromDns(hostedZone),
    });
  }
}
