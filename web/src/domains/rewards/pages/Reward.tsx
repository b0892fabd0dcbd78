import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useApi } from "@/api/context";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { LastRedemptions } from "../parts/LastRedemptions";
import { Overview } from "../parts/Overview";
import { RewardActions } from "../parts/RewardActions";
import { RewardStatus } from "../parts/RewardStatus";
import { UsageChart } from "../parts/UsageChart";
import { Vouchers } from "../parts/Vouchers";
import { useNames } from "../queries";
import { useRewardWords } from "../rewardWords";

/** One reward: what it is, whom it is for, how it is taken up, its codes. */
export default function RewardPage() {
  const { t } = useLingui();
  const { rewardId } = useParams({ strict: false }) as { rewardId: string };
  const { api } = useApi();
  const words = useRewardWords();
  const names = useNames();
  const reward = api.useQuery("get", "/v1/rewards/{reward_id}", {
    params: { path: { reward_id: rewardId } },
  });
  const back = { to: "rewards", label: <Trans>Rewards</Trans> };
  if (reward.error || reward.data === undefined || names.isPending)
    return (
      <Page title={t`Reward`} back={back}>
        {reward.error ? (
          <ProblemNotice error={reward.error} onRetry={() => void reward.refetch()} />
        ) : (
          <Skeleton h="12em" />
        )}
      </Page>
    );
  const found = reward.data;
  const codes = {
    id: "codes",
    label: <Trans>Codes</Trans>,
    content: () => <Vouchers reward={found} />,
  };
  return (
    <Page
      title={found.name}
      back={back}
      aside={<RewardStatus reward={found} />}
      subtitle={found.type === "custom" ? undefined : words.worth(found)}
      actions={<RewardActions reward={found} />}
      tabs={[
        {
          id: "overview",
          label: <Trans>Overview</Trans>,
          content: () => <Overview reward={found} names={names} />,
        },
        {
          id: "usage",
          label: <Trans>Usage</Trans>,
          content: () => <UsageChart rewardId={found.id} />,
        },
        ...(found.fulfilment === "pool" ? [codes] : []),
        {
          id: "redemptions",
          label: <Trans>Redemptions</Trans>,
          content: () => <LastRedemptions rewardId={found.id} />,
        },
      ]}
    />
  );
}
