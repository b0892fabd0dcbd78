import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton, Text } from "@mantine/core";
import { useApi } from "@/api/context";
import { formatNumber } from "@/ui/format";
import { ProblemNotice } from "@/ui/ProblemNotice";
import type { Reward } from "../queries";
import { Reasons } from "./Reasons";

/** How many members a reward is for, and how many could have it now. */
export function Reach({ reward }: { reward: Reward }) {
  const { i18n } = useLingui();
  const { api } = useApi();
  const reach = api.useQuery("get", "/v1/rewards/{reward_id}/reach", {
    params: { path: { reward_id: reward.id } },
  });
  if (reach.error) return <ProblemNotice error={reach.error} />;
  if (reach.data === undefined) return <Skeleton h="1.4em" w="60%" />;
  const { hindrances } = reach.data;
  const [members, eligible, ready] = [
    reach.data.members,
    reach.data.eligible,
    reach.data.ready,
  ].map((count) => formatNumber(count, i18n.locale));
  return (
    <>
      <Text>
        {hindrances.length > 0 ? (
          <Trans>
            Nobody can redeem it now. It is for {eligible} of {members} members; {ready} of them
            have the points.
          </Trans>
        ) : (
          <Trans>
            It is for {eligible} of {members} members; {ready} of them have the points to redeem it
            now.
          </Trans>
        )}
      </Text>
      <Reasons reasons={hindrances} />
    </>
  );
}
