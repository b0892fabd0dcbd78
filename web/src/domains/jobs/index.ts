import { msg } from "@lingui/core/macro";
import { IconClockCog, IconHourglass } from "@tabler/icons-react";
import { lazy } from "react";
import { defineDomain } from "@/ui/domain";

/** What came of a run, in words; a chunk of its own. */
export const RunResult = lazy(() => import("./parts/RunResult"));

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
