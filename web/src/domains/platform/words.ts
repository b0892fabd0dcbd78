import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** What settings of the platform are called. One that is not here is shown by its name. */
export const SETTINGS: Record<string, { label: MessageDescriptor; hint: MessageDescriptor }> = {
  "features.bulk": {
    label: msg`Bulk requests`,
    hint: msg`Up to 1,000 items in one request. Off: they are answered 403.`,
  },
  "features.event_stream": {
    label: msg`Live stream of events`,
    hint: msg`The console uses it, too. Off: it is answered 403, and screens are old until reloaded.`,
  },
  "features.webhooks": {
    label: msg`Webhooks`,
    hint: msg`Off: no new ones can be created. Those that are there go on.`,
  },
  "tenants.default_plan": {
    label: msg`Plan of new tenants`,
    hint: msg`Unless another one is chosen.`,
  },
  "tenants.max": {
    label: msg`Tenants, at most`,
    hint: msg`Creating more is refused.`,
  },
};
