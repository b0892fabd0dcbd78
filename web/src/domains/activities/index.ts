import { msg } from "@lingui/core/macro";
import { IconStars } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

const permissions = ["activities:read"];

export default defineDomain({
  room: "activities",
  screens: [
    {
      path: "activities",
      page: () => import("./pages/Activities"),
      permissions,
      nav: { group: "people", label: msg`What members do`, icon: IconStars, order: 40 },
    },
    { path: "activities/$activityId", page: () => import("./pages/Activity"), permissions },
  ],
  actions: [
    {
      label: msg`Record an activity`,
      to: "activities?open=record",
      permission: "activities:write",
    },
  ],
  live: { "activity.*": ["/v1/activities"] },
});
