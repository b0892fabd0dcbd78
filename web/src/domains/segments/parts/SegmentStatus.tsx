import { Trans } from "@lingui/react/macro";
import { Status } from "@/ui/Status";
import type { Segment } from "../queries";

/** Whether its members can be relied on. */
export function SegmentStatus({ segment }: { segment: Segment }) {
  if (segment.archived_at !== null)
    return (
      <Status tone="quiet">
        <Trans>Archived</Trans>
      </Status>
    );
  if (segment.failed_at !== null)
    return (
      <Status tone="bad">
        <Trans>Not computed</Trans>
      </Status>
    );
  if (segment.kind === "static")
    return (
      <Status tone="good">
        <Trans>Active</Trans>
      </Status>
    );
  if (segment.asked_at !== null || segment.computed_version !== segment.version)
    return (
      <Status tone="waiting">
        <Trans>Being computed</Trans>
      </Status>
    );
  return segment.auto_update ? (
    <Status tone="good">
      <Trans>Up to date</Trans>
    </Status>
  ) : (
    <Status tone="info">
      <Trans>Computed by hand</Trans>
    </Status>
  );
}
