import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useApi } from "@/api/context";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { History } from "../parts/History";
import { MembersTab } from "../parts/MembersTab";
import { Overlap } from "../parts/Overlap";
import { Overview } from "../parts/Overview";
import { SegmentActions } from "../parts/SegmentActions";
import { SegmentStatus } from "../parts/SegmentStatus";
import { useCriteriaFields, useUses } from "../queries";

/** One segment: who is in it and why, how it grew, what it did, and what it shares with others. */
export default function SegmentPage() {
  const { t } = useLingui();
  const { segmentId } = useParams({ strict: false }) as { segmentId: string };
  const { api } = useApi();
  const told = useCriteriaFields();
  const expand = useUses();
  const segment = api.useQuery("get", "/v1/segments/{segment_id}", {
    params: { path: { segment_id: segmentId }, query: expand ? { expand } : {} },
  });
  const back = { to: "segments", label: <Trans>Segments</Trans> };
  const error = segment.error ?? told.error;
  if (error || segment.data === undefined || told.isPending)
    return (
      <Page title={t`Segment`} back={back}>
        {error ? (
          <ProblemNotice error={error} onRetry={() => void segment.refetch()} />
        ) : (
          <Skeleton h="12em" />
        )}
      </Page>
    );
  const found = segment.data;
  return (
    <Page
      title={found.name}
      back={back}
      aside={<SegmentStatus segment={found} />}
      subtitle={found.description}
      actions={<SegmentActions segment={found} />}
      tabs={[
        {
          id: "overview",
          label: <Trans>Overview</Trans>,
          content: () => <Overview segment={found} told={told} />,
        },
        {
          id: "members",
          label: <Trans>Members</Trans>,
          content: () => <MembersTab segment={found} told={told} />,
        },
        {
          id: "history",
          label: <Trans>History</Trans>,
          content: () => <History segment={found} />,
        },
        {
          id: "overlap",
          label: <Trans>Overlap</Trans>,
          content: () => <Overlap segment={found} />,
        },
      ]}
    />
  );
}
