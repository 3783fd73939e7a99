// What must never be lost, apart from everything that is deployed often.

import type { Construct } from "constructs";

import { Duration, RemovalPolicy, Stack, type StackProps, dynamodb, s3 } from "./cdk.ts";
import { allowEdge } from "./readers.ts";
import { because } from "./reasons.ts";

/** Where Polly puts what it made, until it was heard. As `FOLDER` of adapters/aws/speech. */
export const POLLY_FOLDER = "polly/";

/** The single table, and the bucket of images and audio. Both outlive their stack. */
export class DataStack extends Stack {
  readonly table: dynamodb.Table;
  readonly bucket: s3.Bucket;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const text = (name: string): dynamodb.Attribute => ({ name, type: dynamodb.AttributeType.STRING });
    const number = (name: string): dynamodb.Attribute => ({ name, type: dynamodb.AttributeType.NUMBER });

    // As `schema.rs` of adapters/aws/table has it, which makes the same table for tests.
    this.table = new dynamodb.Table(this, "Table", {
      partitionKey: text("pk"),
      sortKey: text("sk"),
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: "ttl",
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const [indexName, sort] of [["gsi1", text], ["gsi2", text], ["gsi3", number]] as const) {
      this.table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: text(`${indexName}pk`),
        sortKey: sort(`${indexName}sk`),
        projectionType: dynamodb.ProjectionType.ALL,
      });
    }

    this.bucket = new s3.Bucket(this, "Media", {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      // What nobody heard: Polly itself forgets it after three days.
      lifecycleRules: [{ prefix: POLLY_FOLDER, expiration: Duration.days(4) }],
      // Browsers bring images by addresses that are good for one of them.
      cors: [
        {
          allowedMethods: [s3.HttpMethods.PUT],
          allowedOrigins: ["*"],
          allowedHeaders: ["content-type", "if-none-match", "x-amz-checksum-sha256"],
        },
      ],
    });
    because(this.bucket, "S1", "what readers load comes from a cache in front of it; what it holds is in the table");
    // Never an original, which is a `.bin`, nor what workers keep for themselves.
    allowEdge(this.bucket, "*.webp", "*.mp3");
    // The bucket tells EventBridge of each object. The construct's own switch would have a function do it.
    const bucket = this.bucket.node.defaultChild as s3.CfnBucket;
    bucket.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  }
}
