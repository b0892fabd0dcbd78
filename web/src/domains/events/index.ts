import { msg } from "@lingui/core/macro";
import { IconActivity, IconMailX, IconWebhook } from "@tabler/icons-react";
import { lazy } from "react";
import { defineDomain } from "@/ui/domain";

export const EventTimeline = lazy(() =>
  import("./parts/EventTimeline").then((part) => ({ default: part.EventTimeline })),
);

export default defineDomain({
  room: "events",
  screens: [
    {
      path: "activity",
      page: () => import("./pages/Activity"),
      permissions: ["events:read"],
      nav: {
        group: "overview",
        label: msg({ message: "Activity", context: "all that happened" }),
        icon: IconActivity,
        order: 10,
        key: "a",
      },
    },
    { path: "events/$eventId", page: () => import("./pages/Event"), permissions: ["events:read"] },
    {
      path: "webhooks",
      page: () => import("./pages/Webhooks"),
      permissions: ["events:configure"],
      nav: { group: "developers", label: msg`Webhooks`, icon: IconWebhook, order: 20, key: "w" },
    },
    {
      path: "webhooks/$endpointId",
      page: () => import("./pages/Webhook"),
      permissions: ["events:configure"],
    },
    {
      path: "dead-letters",
      page: () => import("./pages/DeadLetters"),
      permissions: ["events:read"],
      nav: { group: "developers", label: msg`Dead letters`, icon: IconMailX, order: 40 },
    },
  ],
  actions: [
    { label: msg`Add a webhook endpoint`, to: "webhooks?open=new", permission: "events:configure" },
  ],
  live: {
    "*": ["/v1/events"],
    "webhook_endpoint.*": ["/v1/webhook-endpoints"],
  },
});
