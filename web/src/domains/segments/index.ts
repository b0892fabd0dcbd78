import { msg } from "@lingui/core/macro";
import { IconUsersGroup } from "@tabler/icons-react";
import { lazy } from "react";
import { defineDomain } from "@/ui/domain";

export default defineDomain({
  room: "segments",
  screens: [
    {
      path: "segments",
      page: () => import("./pages/Segments"),
      permissions: ["segments:read"],
      nav: { group: "people", label: msg`Segments`, icon: IconUsersGroup, order: 12, key: "g" },
    },
    {
      path: "segments/new",
      page: () => import("./pages/EditSegment"),
      permissions: ["segments:write"],
    },
    {
      path: "segments/$segmentId/edit",
      page: () => import("./pages/EditSegment"),
      permissions: ["segments:write"],
    },
    {
      path: "segments/$segmentId",
      page: () => import("./pages/Segment"),
      permissions: ["segments:read"],
    },
  ],
  actions: [{ label: msg`New segment`, to: "segments/new", permission: "segments:write" }],
  live: { "segment.*": ["/v1/segments", "/v1/members/{member_id}/segments"] },
});

/** The segments of a member: since when, and why. */
export const SegmentsOfMember = lazy(() => import("./parts/SegmentsOfMember"));
/** Filters of a list of members: a segment, and conditions. */
export const MemberCriteria = lazy(() => import("./parts/MemberCriteria"));
