// The search index, for a blog that has one of its own.

import type { Construct } from "constructs";

import { RemovalPolicy, Stack, type StackProps, ec2, opensearch } from "./cdk.ts";
import { because } from "./reasons.ts";

/** What a domain costs each month, which is most of what a blog does. Of the prices of us-east-1 in 2026: 730 hours
 * of a node at 0.036 dollars, and 10 GB at 0.122. */
export const SEARCH_COSTS =
  "search: an OpenSearch domain of one t3.small.search node with 10 GB costs about 28 US dollars a month in us-east-1, " +
  "more in some regions, whether or not anybody searches; search=off leaves it out";

/** A domain of one small node. The index in it is made of the table, and can be lost. */
export class SearchStack extends Stack {
  readonly domain: opensearch.Domain;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    this.domain = new opensearch.Domain(this, "Index", {
      version: opensearch.EngineVersion.openSearch("2.19"),
      capacity: { dataNodes: 1, dataNodeInstanceType: "t3.small.search", multiAzWithStandbyEnabled: false },
      ebs: { volumeSize: 10, volumeType: ec2.EbsDeviceVolumeType.GP3 },
      encryptionAtRest: { enabled: true },
      nodeToNodeEncryption: true,
      enforceHttps: true,
      tlsSecurityPolicy: opensearch.TLSSecurityPolicy.TLS_1_2_PFS,
      // No policy of its own: whoever may ask it has that in their role.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    for (const [rule, reason] of [
      ["OS1", "functions outside of a network reach it by signed requests; a network of its own costs more than it does"],
      ["OS3", "requests are signed by the functions' roles, whose addresses are Amazon's and change"],
      ["OS4", "one node: what it holds is made of the table, and the blog is read while it is away"],
      ["OS5", "it has no policy of its own, so that nobody may but whose role says so"],
      ["OS7", "one node, as above"],
      ["OS9[LogExport::SEARCH_SLOW_LOGS]", "slow logs of one small index tell less than the functions' own logs"],
      ["OS9[LogExport::INDEX_SLOW_LOGS]", "as above"],
    ] as const) {
      because(this.domain, rule, reason);
    }
  }
}
