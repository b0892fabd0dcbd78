import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton, Text } from "@mantine/core";
import { useApi } from "@/api/context";
import { Funnel } from "@/ui/charts/Ladder";
import { Empty } from "@/ui/Empty";
import { EntityLink } from "@/ui/EntityLink";
import { formatNumber, formatShare } from "@/ui/format";
import { ProblemNotice } from "@/ui/ProblemNotice";
import type { Segment } from "../queries";

/** Which other segments its members are in, too. */
export function Overlap({ segment }: { segment: Segment }) {
  const { t, i18n } = useLingui();
  const { api } = useApi();
  const overlap = api.useQuery("get", "/v1/segments/{segment_id}/overlap", {
    params: { path: { segment_id: segment.id } },
  });
  if (overlap.error) return <ProblemNotice error={overlap.error} />;
  if (overlap.data === undefined) return <Skeleton h="12em" />;
  const others = overlap.data.data;
  if (others.length === 0)
    return (
      <Empty title={t`Nothing in common`}>
        <Trans>None of its members is in another segment.</Trans>
      </Empty>
    );
  const [nearest] = others;
  const name = nearest?.name ?? "";
  const shared = formatNumber(nearest?.shared ?? 0, i18n.locale);
  const own = nearest ? nearest.shared + nearest.only_this : segment.member_count;
  return (
    <Funnel
      title={<Trans>Members who are in other segments, too</Trans>}
      says={t`It has most in common with “${name}”: ${shared} members.`}
      unit={t`Members`}
      steps={[
        { id: segment.id, label: segment.name, value: own },
        ...others.map((other) => {
          const share = formatShare(other.shared / (other.shared + other.only_other), i18n.locale);
          const all = formatNumber(other.shared + other.only_other, i18n.locale);
          return {
            id: other.segment_id,
            label: (
              <>
                <EntityLink id={other.segment_id}>{other.name}</EntityLink>
                <Text span c="dimmed" fz="xs" display="block">
                  <Trans>
                    {share} of its {all} members
                  </Trans>
                </Text>
              </>
            ),
            value: other.shared,
          };
        }),
      ]}
    />
  );
}
