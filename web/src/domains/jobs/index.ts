import { msg } from "@lingui/core/macro";
import { IconClockCog, IconHourglass } from "@tabler/icons-react";
import { defineDomain } from "@/ui/domain";

export { RunResult } from "./parts/RunResult";

const permissions = ["jobs:read"];

export default defineDomain({
  room: "jobs",
  screens: [
    {
      path: "jobs",
      page: () => import("./pages/Jobs"),
      permissions,
      nav: { group: "developers", label: msg`Jobs`, icon: IconClockCog, order: 60 },
    },
    { path: "job-runs/$runId", page: () => import("./pages/Run"), permissions },
    {
      path: "test-clock",
      page: () => import("./pages/TestClock"),
      permissions,
      nav: { group: "developers", label: msg`Test clock`, icon: IconHourglass, order: 70 },
    },
  ],
});
