import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Text } from "@mantine/core";
import { type Schemas, useApi } from "@/api/context";
import { useActors } from "@/ui/actors";
import { Empty } from "@/ui/Empty";
import { EntityLink } from "@/ui/EntityLink";
import { Money } from "@/ui/Money";
import { Points } from "@/ui/Points";
import { DataTable } from "@/ui/table/DataTable";
import { When } from "@/ui/When";
import { REASONS } from "../tierWords";

type Stay = Schemas["TierHistoryOut"];

/** The tiers that a member had, from when to when, why, and by whom. */
export function TierHistory({ memberId }: { memberId: string }) {
  const { t } = useLingui();
  const { api } = useApi();
  const actor = useActors();
  const history = api.useQuery("get", "/v1/members/{member_id}/tier/history", {
    params: { path: { member_id: memberId } },
  });
  return (
    <DataTable
      label={t`Tiers so far`}
      list={history}
      rowId={(row) => row.id}
      empty={
        <Empty title={t`No tiers so far`}>
          <Trans>Members get their first tier when they join, or when you build a ladder.</Trans>
        </Empty>
      }
      columns={[
        {
          id: "tier",
          header: t`Tier`,
          cell: (row) => <EntityLink id={row.tier.id}>{row.tier.name}</EntityLink>,
        },
        { id: "from", header: t`From`, cell: (row) => <When at={row.achieved_at} /> },
        {
          id: "to",
          header: t`To`,
          cell: (row) => (row.ended_at ? <When at={row.ended_at} /> : t`until today`),
        },
        { id: "why", header: t`Why`, cell: (row) => <Reason stay={row} /> },
        { id: "counted", header: t`Counted then`, cell: (row) => <Counted stay={row} /> },
        { id: "by", header: t`By`, cell: (row) => actor(row.actor_type, row.actor_id) },
      ]}
    />
  );
}

function Reason({ stay }: { stay: Stay }) {
  const { _ } = useDescriptors();
  const words = REASONS[stay.reason];
  return (
    <Box>
      <Text inherit>{words ? _(words) : stay.reason}</Text>
      {stay.note !== null && (
        <Text c="dimmed" fz="xs">
          {stay.note}
        </Text>
      )}
    </Box>
  );
}

/** What they had done when they got it; nothing where nothing was counted. */
function Counted({ stay }: { stay: Stay }) {
  const spend = stay.spend_at_achievement;
  const points = stay.points_at_achievement;
  if (spend === null && points === null) return null;
  return (
    <span>
      {spend !== null && <Money amount={spend} />}
      {spend !== null && points !== null && " · "}
      {points !== null && <Points value={points} />}
    </span>
  );
}
