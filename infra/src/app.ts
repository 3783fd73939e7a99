// The AWS home, as the CDK's program reads it.

import { AwsSolutionsChecks } from "cdk-nag";

import { App, Validations } from "./cdk.ts";
import { blog, costs } from "./blog.ts";
import { SettingError } from "./settings.ts";

try {
  // Account and region are those of who deploys.
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const made = blog(app, account && region ? { env: { account, region } } : {});
  for (const cost of costs(made)) console.error(cost);
  app.synth();
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
