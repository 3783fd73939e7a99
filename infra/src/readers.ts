// Who may read a bucket that nobody owns the address of.

import { Stack, iam, type s3 } from "./cdk.ts";

/** Lets the distributions of this account, and nobody else, read the objects of a bucket whose keys are like one of
 * `keys`. Not one distribution alone: its name would tie the bucket's stack to the edge, which needs the bucket. */
export function allowEdge(bucket: s3.Bucket, ...keys: string[]): void {
  const { account, partition } = Stack.of(bucket);
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal("cloudfront.amazonaws.com")],
      actions: ["s3:GetObject"],
      resources: keys.map((key) => bucket.arnForObjects(key)),
      conditions: { ArnLike: { "aws:SourceArn": `arn:${partition}:cloudfront::${account}:distribution/*` } },
    }),
  );
}
