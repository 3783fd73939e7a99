// Who keeps passwords.

import type { Construct } from "constructs";

import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, cognito, type dynamodb } from "./cdk.ts";
import { Program } from "./program.ts";
import { because } from "./reasons.ts";
import type { Settings } from "./settings.ts";

/** What is asked of the pool; with each, the client's id is said. */
const ASKED = ["AdminCreateUser", "AdminInitiateAuth", "AdminSetUserPassword"];

export interface PasswordsProps extends StackProps {
  readonly settings: Settings;
  readonly table: dynamodb.ITable;
}

/** A user pool that keeps passwords, each under the id of its user, and nothing else. It outlives its stack. */
export class PasswordsStack extends Stack {
  /** What a function is told that keeps or checks passwords. */
  readonly told: Record<string, string>;
  readonly #pool: cognito.UserPool;

  constructor(scope: Construct, id: string, props: PasswordsProps) {
    super(scope, id, props);
    const { settings, table } = props;
    // Who brought their password from another home is not in the pool until they sign in: it asks this one.
    const migration = new Program(this, "Migration", {
      settings,
      program: "migration",
      description: "Tells the user pool whether somebody brought a password along",
      // A hash takes 19 MB, and a share of a processor that is worth something: Cognito waits for 5 seconds.
      memorySize: 1024,
      timeout: Duration.seconds(5),
      environment: { DEEPDIVE_TABLE: table.tableName },
    });
    migration.allow(["dynamodb:GetItem"], [table.tableArn]);

    const pool = new cognito.UserPool(this, "Pool", {
      featurePlan: cognito.FeaturePlan.LITE,
      // People sign up at the blog, with a link that it sends them.
      selfSignUpEnabled: false,
      signInAliases: { username: true },
      accountRecovery: cognito.AccountRecovery.NONE,
      mfa: cognito.Mfa.OFF,
      // What is a password, the blog decides; what is sent to the pool is made of it (adapters/aws/passwords).
      passwordPolicy: {
        minLength: 6,
        requireDigits: false,
        requireLowercase: false,
        requireSymbols: false,
        requireUppercase: false,
      },
      lambdaTriggers: { userMigration: migration.function },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    because(pool, "COG1", "the blog asks for 10 characters, and sends every password as letters and digits");
    because(pool, "COG2", "as in the embedded home, a password is all that one signs in with");
    because(pool, "COG3", "attempts are limited by the blog, which knows from which network they come");
    because(pool, "COG8", "as above: nothing of the dearer plans is used");
    const client = pool.addClient("Blog", {
      // Only who may call the pool as this account may check a password.
      authFlows: { adminUserPassword: true },
      disableOAuth: true,
      preventUserExistenceErrors: true,
      // What the pool hands out on a right password is thrown away.
      accessTokenValidity: Duration.minutes(5),
      idTokenValidity: Duration.minutes(5),
      refreshTokenValidity: Duration.hours(1),
    });
    this.#pool = pool;
    new CfnOutput(this, "PoolId", { value: pool.userPoolId });
    this.told = {
      DEEPDIVE_USER_POOL: pool.userPoolId,
      DEEPDIVE_USER_POOL_CLIENT: client.userPoolClientId,
    };
  }

  /** Lets a program keep passwords and check them. */
  allow(program: Program): void {
    program.allow(ASKED.map((action) => `cognito-idp:${action}`), [this.#pool.userPoolArn]);
  }
}
