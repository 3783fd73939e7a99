// Why a rule of good practice is not followed where it is not.

import { Token, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Says why a rule of AWS's solutions is not followed by a construct, and what is in it. */
export function because(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
}

/** What a rule calls a part of a name that is known only where the region is. */
export function called(value: string, pseudo: "Partition" | "Region" | "AccountId"): string {
  return Token.isUnresolved(value) ? `<AWS::${pseudo}>` : value;
}
