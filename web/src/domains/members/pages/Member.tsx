import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Skeleton } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { SegmentsOfMember } from "@/domains/segments/index";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { memberName } from "@/ui/memberName";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Status } from "@/ui/Status";
import { AdjustForm } from "../parts/AdjustForm";
import { MemberMenu } from "../parts/MemberMenu";
import { Overview } from "../parts/Overview";
import { PointsTab } from "../parts/PointsTab";
import { ProfileForm } from "../parts/ProfileForm";
import { PurchasesTab } from "../parts/PurchasesTab";
import { RewardsTab } from "../parts/RewardsTab";
import { TierTab } from "../parts/TierTab";
import { Wallets } from "../parts/Wallets";
import { STATUS } from "../words";

/** One member: what they have, what they did, and what one can do for them. */
export default function Member() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const may = useMay();
  const drawer = useDrawer();
  const { memberId } = useParams({ strict: false }) as { memberId: string };
  const query = api.useQuery("get", "/v1/members/{member_id}", {
    params: { path: { member_id: memberId }, query: { expand: expansionsOf(may) } },
  });
  if (query.error) return <ProblemNotice error={query.error} />;
  const member = query.data;
  if (member === undefined) return <Skeleton h="12rem" />;
  const status = STATUS[member.status];
  const adjustable = may("ledger:adjust") && member.status === "active";
  return (
    <Page
      title={memberName(member)}
      back={{ to: "members", label: <Trans>Members</Trans> }}
      aside={status && <Status tone={status.tone}>{_(status.words)}</Status>}
      subtitle={member.blocked_reason}
      actions={
        <>
          <Button
            variant="default"
            disabled={!may("members:write")}
            onClick={() => drawer.open("edit")}
          >
            <Trans>Edit</Trans>
          </Button>
          <Button disabled={!adjustable} onClick={() => drawer.open("adjust")}>
            <Trans>Adjust points</Trans>
          </Button>
          <MemberMenu member={member} />
        </>
      }
      tabs={[
        {
          id: "overview",
          label: <Trans>Overview</Trans>,
          content: () => <Overview member={member} />,
        },
        {
          id: "points",
          label: <Trans>Points</Trans>,
          content: () => <PointsTab memberId={memberId} />,
        },
        {
          id: "purchases",
          label: <Trans>Purchases</Trans>,
          content: () => <PurchasesTab memberId={memberId} />,
        },
        {
          id: "rewards",
          label: <Trans>Rewards</Trans>,
          content: () => <RewardsTab memberId={memberId} />,
        },
        {
          id: "tier",
          label: <Trans>Tier</Trans>,
          content: () => <TierTab memberId={memberId} active={member.status === "active"} />,
        },
        ...(may("segments:read")
          ? [
              {
                id: "segments",
                label: <Trans>Segments</Trans>,
                content: () => <SegmentsOfMember memberId={memberId} />,
              },
            ]
          : []),
      ]}
    >
      <Wallets wallets={member.expanded?.wallets ?? []} tier={member.expanded?.tier ?? null} />
      <Drawer id="edit" title={t`Edit the profile`}>
        <ProfileForm member={member} />
      </Drawer>
      <Drawer id="adjust" title={t`Adjust points`}>
        <AdjustForm name={memberName(member)} wallets={member.expanded?.wallets ?? []} />
      </Drawer>
    </Page>
  );
}

/** What may be brought along: a cashier sees no segments. */
function expansionsOf(may: (permission: string) => boolean): string | undefined {
  const rights = { wallets: "ledger:read", tier: "tiers:read", segments: "segments:read" };
  const names = Object.entries(rights).filter(([, right]) => may(right));
  return names.map(([name]) => name).join(",") || undefined;
}
