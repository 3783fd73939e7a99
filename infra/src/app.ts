// The AWS home, as the CDK's program reads it.

import { App } from "./cdk.ts";
import { blog } from "./blog.ts";
import { SettingError } from "./settings.ts";

try {
  // Account and region are those of who deploys.
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  const app = new App();
  blog(app, account && region ? { env: { account, region } } : {});
  app.synth();
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
