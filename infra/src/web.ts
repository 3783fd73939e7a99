// The web client, which is deployed without the API, and the API without it.

import { join } from "node:path";

import type { Construct } from "constructs";

import { CustomResource, Duration, FileSystem, RemovalPolicy, Stack, type StackProps, s3 } from "./cdk.ts";
import { Program } from "./program.ts";
import { allowEdge } from "./readers.ts";
import { because } from "./reasons.ts";
import type { Settings } from "./settings.ts";

export interface WebProps extends StackProps {
  readonly settings: Settings;
}

/** The bucket of the client's files, and the function that brings them there with the deployment. Files of earlier
 * clients stay: a page that is open loads its parts when they are needed. */
export class WebStack extends Stack {
  readonly bucket: s3.Bucket;

  constructor(scope: Construct, id: string, props: WebProps) {
    super(scope, id, props);
    const { settings } = props;
    this.bucket = new s3.Bucket(this, "Client", {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // It can be made again; the function empties it before.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    because(this.bucket, "S1", "what readers load comes from a cache in front of it, and everybody may have it");
    allowEdge(this.bucket, "*.js", "*.css", "*.wasm", "*.br");

    const carrier = new Program(this, "Carrier", {
      settings,
      program: "web",
      description: "Brings the web client to where it is served from",
      memorySize: 256,
      timeout: Duration.minutes(2),
      environment: { DEEPDIVE_WEB_BUCKET: this.bucket.bucketName },
    });
    carrier.allow(["s3:PutObject", "s3:DeleteObject"], [this.bucket.arnForObjects("*")]);
    carrier.allow(["s3:ListBucket"], [this.bucket.bucketArn]);
    const own = this.getLogicalId(this.bucket.node.defaultChild as s3.CfnBucket);
    because(carrier, `IAM5[Resource::<${own}.Arn>/*]`, "the bucket holds the client's files and nothing else");

    const files = new CustomResource(this, "Files", {
      resourceType: "Custom::WebClient",
      serviceToken: carrier.function.functionArn,
      serviceTimeout: Duration.minutes(5),
      // Another client is another resource to CloudFormation.
      properties: { client: FileSystem.fingerprint(join(settings.functions, "web")) },
    });
    files.node.addDependency(carrier, this.bucket);
  }
}
