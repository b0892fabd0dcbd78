import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Box, Group, Skeleton, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { formatNumber } from "@/ui/format";
import { Points } from "@/ui/Points";
import { useTenantPath } from "@/ui/tenant";
import { useUnits } from "@/ui/units";
import type { Reward } from "../queries";
import { useRewardWords } from "../rewardWords";
import { Picture } from "./Picture";
import { leftOf, RewardStatus } from "./RewardStatus";
import styles from "./rewards.module.css";

/** The catalogue as its visitors would see it. */
export function RewardCards({ rewards }: { rewards: Reward[] | undefined }) {
  if (rewards === undefined)
    return (
      <Box className={styles.cards}>
        {[1, 2, 3, 4].map((at) => (
          <Skeleton key={at} h="16em" />
        ))}
      </Box>
    );
  return (
    <Box className={styles.cards} role="list">
      {rewards.map((reward) => (
        <Card key={reward.id} reward={reward} />
      ))}
    </Box>
  );
}

function Card({ reward }: { reward: Reward }) {
  const { t, i18n } = useLingui();
  const below = useTenantPath();
  const unit = useUnits();
  const words = useRewardWords();
  const left = leftOf(reward);
  const worth = words.worth(reward);
  const about = reward.description ?? (worth === reward.name ? words.type(reward.type) : worth);
  const count = left === null ? null : formatNumber(left, i18n.locale);
  return (
    <Box className={styles.card} role="listitem">
      <Picture address={reward.picture?.small} size="small" />
      <Stack gap="xxs" p="sm" flex={1}>
        <Anchor
          component={Link}
          to={below(`rewards/${reward.id}`)}
          className={styles.name}
          c="inherit"
          fw={600}
        >
          {reward.name}
        </Anchor>
        <Text c="dimmed" fz="xs" lineClamp={2}>
          {about}
        </Text>
        <Group justify="space-between" gap="xs" mt="auto" pt="xs">
          <Text fw={500}>
            <Points value={reward.cost_points} {...unit(reward.program_id)} />
          </Text>
          <Text c="dimmed" fz="xs">
            {count === null ? t`no limit` : left !== 0 && <Trans>{count} left</Trans>}
          </Text>
        </Group>
        <Text component="div" fz="xs">
          <RewardStatus reward={reward} />
        </Text>
      </Stack>
    </Box>
  );
}
