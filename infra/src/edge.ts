// The edge: the one address of the blog, and what is behind which part of it.

import { join } from "node:path";

import type { Construct } from "constructs";

import {
  CfnOutput, Duration, Stack, type StackProps,
  acm, apigateway, cloudfront, logs, origins, route53, s3, secrets, targets53,
} from "./cdk.ts";
import { because } from "./reasons.ts";
import type { Home } from "./settings.ts";

export interface EdgeProps extends StackProps {
  readonly home: Home | undefined;
  /** Of the name in `home`, in us-east-1. */
  readonly certificate: acm.ICertificate | undefined;
  /** Images and audio. */
  readonly media: s3.IBucket;
  /** Files of the web client. */
  readonly client: s3.IBucket;
}

/** What every answer says, whoever makes it, as `HEADERS` in the crate `api` has it for its own. */
const SECURITY: cloudfront.ResponseSecurityHeadersBehavior = {
  contentTypeOptions: { override: true },
  referrerPolicy: { referrerPolicy: cloudfront.HeadersReferrerPolicy.STRICT_ORIGIN_WHEN_CROSS_ORIGIN, override: true },
  frameOptions: { frameOption: cloudfront.HeadersFrameOption.DENY, override: true },
  strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
};
/** As `answer` of media in the crate `api` says it: any page may show them, and they may do nothing themselves. */
const OF_MEDIA: Partial<cloudfront.ResponseHeadersPolicyProps> = {
  securityHeadersBehavior: {
    ...SECURITY,
    contentSecurityPolicy: { contentSecurityPolicy: "default-src 'none'; sandbox", override: true },
  },
  corsBehavior: {
    accessControlAllowOrigins: ["*"],
    accessControlAllowMethods: ["GET", "HEAD"],
    accessControlAllowHeaders: ["*"],
    accessControlAllowCredentials: false,
    originOverride: true,
  },
};
const PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
/** How long an edge serves media without asking for it again: what is removed is gone everywhere after it. */
const MEDIA_KEPT = Duration.hours(1);
/** Answers that are errors and may not be kept: they may be one visitor's own. */
const ERRORS = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/**
 * CloudFront before everything, and the API as an address.
 *
 * The API is here and its functions are not: the distribution has to know the API's address, and the functions the
 * distribution's, so that an API in their stack would make each stack wait for the other.
 */
export class EdgeStack extends Stack {
  /** Without routes. */
  readonly api: apigateway.HttpApi;
  /** Where the blog is for its readers, such as `https://blog.example`. */
  readonly publicUrl: string;
  /** By what the functions know that a request came through this edge: the API's own address is open to everybody,
   * and only the edge may tell who asks. */
  readonly key: secrets.ISecret;

  constructor(scope: Construct, id: string, props: EdgeProps) {
    super(scope, id, props);
    const { home, certificate, media, client } = props;
    this.api = new apigateway.HttpApi(this, "Api", { description: "The blog's doors", createDefaultStage: false });
    const visits = new logs.LogGroup(this, "Visits", { retention: logs.RetentionDays.ONE_MONTH });
    this.api.addStage("Stage", {
      stageName: "$default",
      autoDeploy: true,
      accessLogSettings: { destination: new apigateway.LogGroupLogDestination(visits) },
    });
    this.key = new secrets.Secret(this, "Key", {
      description: "By what the blog's functions know its CloudFront distribution",
      generateSecretString: { excludePunctuation: true, passwordLength: 40 },
    });
    because(this.key as secrets.Secret, "SMG4", "it guards no data: whoever has it can lie about their own address, to no more than rate limits");

    const api = {
      origin: new origins.HttpOrigin(`${this.api.apiId}.execute-api.${this.region}.${this.urlSuffix}`, {
        originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
        customHeaders: { "x-deepdive-edge": this.key.secretValue.unsafeUnwrap() },
      }),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: new cloudfront.ResponseHeadersPolicy(this, "Said", {
        comment: "What the API does not say itself",
        securityHeadersBehavior: { strictTransportSecurity: SECURITY.strictTransportSecurity! },
      }),
    };
    // All that a visitor says goes on to the API, but the name of the host, by which API Gateway finds an API.
    const answered: cloudfront.BehaviorOptions = {
      ...api,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      originRequestPolicy: cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      functionAssociations: [this.first("Visitor", "visitor.js")],
      // The API does.
      compress: false,
    };
    // The same for everybody, as long as the API says.
    const published: cloudfront.BehaviorOptions = {
      ...api,
      cachePolicy: new cloudfront.CachePolicy(this, "Published", {
        comment: "As long as the API says",
        minTtl: Duration.seconds(0),
        defaultTtl: Duration.seconds(0),
        maxTtl: Duration.hours(1),
        enableAcceptEncodingBrotli: true,
        enableAcceptEncodingGzip: true,
      }),
    };
    const loaded: cloudfront.BehaviorOptions = {
      origin: this.behind(client, "ClientFiles"),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      cachePolicy: this.kept("Loaded", Duration.days(365)),
      responseHeadersPolicy: this.saying("LoadedSaid"),
      functionAssociations: [this.first("Client", "client.js")],
      compress: false,
    };
    const distribution = new cloudfront.Distribution(this, "Edge", {
      comment: "A blog",
      defaultBehavior: answered,
      // The first that fits counts. Tags are what people write, and may end like a file.
      additionalBehaviors: {
        "/media/*": {
          ...loaded,
          origin: this.behind(media, "MediaObjects"),
          cachePolicy: this.kept("Media", MEDIA_KEPT),
          responseHeadersPolicy: this.saying("MediaSaid", OF_MEDIA),
          functionAssociations: [this.first("Objects", "media.js")],
        },
        "/posts/*": answered,
        "/tags/*": answered,
        "/sitemap/*": published,
        "/sitemap.xml": published,
        "/atom.xml": published,
        "/feed.xml": published,
        "/robots.txt": published,
        "/schema.graphql": published,
        "/*.js": loaded,
        "/*.css": loaded,
        "/*.wasm": loaded,
      },
      errorResponses: ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
      ...(home && certificate ? { domainNames: [home.domain], certificate } : {}),
    });
    for (const [rule, reason] of [
      ["CFR1", "a blog is read everywhere"],
      ["CFR2", "a firewall costs more than the blog; requests are bounded and counted by the program"],
      ["CFR3", "API Gateway logs what is asked of the program; who loads a file is nobody's business"],
      ["CFR4", "CloudFront's own name has Amazon's certificate, for which nobody can choose the oldest TLS"],
    ] as const) {
      because(distribution, rule, reason);
    }
    this.publicUrl = `https://${home?.domain ?? distribution.distributionDomainName}`;
    if (home && "zone" in home.by) this.name(home.domain, home.by.zone, distribution);
    new CfnOutput(this, "DistributionName", {
      value: distribution.distributionDomainName,
      description: "CloudFront's own name for the blog, to which the owner's name has to lead",
    });
  }

  /** What is done with a request before anything else. */
  private first(id: string, file: string): cloudfront.FunctionAssociation {
    return {
      eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
      function: new cloudfront.Function(this, id, {
        code: cloudfront.FunctionCode.fromFile({ filePath: join(import.meta.dirname, "edge", file) }),
        runtime: cloudfront.FunctionRuntime.JS_2_0,
      }),
    };
  }

  /** Another stack's bucket, whose own policy lets the edge read it (see `allowEdge`). */
  private behind(bucket: s3.IBucket, id: string): cloudfront.IOrigin {
    const known = s3.Bucket.fromBucketAttributes(this, id, { bucketName: bucket.bucketName, region: this.region });
    return origins.S3BucketOrigin.withOriginAccessControl(known);
  }

  /** Keeps what has the same path. */
  private kept(id: string, time: Duration): cloudfront.CachePolicy {
    return new cloudfront.CachePolicy(this, id, {
      comment: "By path alone",
      minTtl: Duration.seconds(0),
      defaultTtl: time,
      maxTtl: time,
    });
  }

  /** What is said with files, of which a bucket knows nothing. How long they may be kept it knows: here it would be
   * said with refusals too. */
  private saying(id: string, more: Partial<cloudfront.ResponseHeadersPolicyProps> = {}): cloudfront.ResponseHeadersPolicy {
    const custom = { "cross-origin-opener-policy": "same-origin", "permissions-policy": PERMISSIONS };
    return new cloudfront.ResponseHeadersPolicy(this, id, {
      comment: "As the program says it where it serves files itself",
      securityHeadersBehavior: SECURITY,
      customHeadersBehavior: {
        customHeaders: Object.entries(custom).map(([header, value]) => ({ header, value, override: true })),
      },
      ...more,
    });
  }

  /** Leads the owner's name to the distribution. */
  private name(domain: string, zone: string, distribution: cloudfront.Distribution): void {
    const hostedZone = route53.HostedZone.fromHostedZoneAttributes(this, "Zone", { hostedZoneId: zone, zoneName: domain });
    const target = route53.RecordTarget.fromAlias(new targets53.CloudFrontTarget(distribution));
    // The zone may be that of a longer name: this one is whole.
    const record = { zone: hostedZone, recordName: `${domain}.`, target };
    new route53.ARecord(this, "Name", record);
    new route53.AaaaRecord(this, "NameOverIpv6", record);
  }
}
