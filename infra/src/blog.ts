// The stacks of a blog.

import type { App, StackProps } from "./cdk.ts";
import { ApiStack } from "./api.ts";
import { DataStack } from "./data.ts";
import { settings } from "./settings.ts";

/** Makes the stacks in `app`, as its context says. Throws a SettingError. */
export function blog(app: App, props: StackProps): { data: DataStack; api: ApiStack } {
  const chosen = settings(app);
  const data = new DataStack(app, "DeepdiveData", props);
  const api = new ApiStack(app, "Deepdive", { ...props, settings: chosen, table: data.table, bucket: data.bucket });
  return { data, api };
}
