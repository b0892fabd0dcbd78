import { msg } from "@lingui/core/macro";
import { IconActivity } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

export { EventTimeline } from "./parts/EventTimeline";

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
  ],
  live: { "*": ["/v1/events"] },
});
