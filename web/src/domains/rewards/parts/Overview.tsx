import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Stack, Text } from "@mantine/core";
import { Copy } from "@/ui/Copy";
import { formatNumber } from "@/ui/format";
import { Facts, Section } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { useUnits } from "@/ui/units";
import { When } from "@/ui/When";
import type { Names, Reward } from "../queries";
import { useRewardWords } from "../rewardWords";
import { useFulfilmentWords } from "../words";
import { Picture } from "./Picture";
import { Reach } from "./Reach";
import { leftOf } from "./RewardStatus";
import styles from "./rewards.module.css";

/** What a reward is, whom it is for, and what is left of it. */
export function Overview({ reward, names }: { reward: Reward; names: Names }) {
  const { t, i18n } = useLingui();
  const words = useRewardWords();
  const fulfilment = useFulfilmentWords();
  const unit = useUnits();
  const number = (value: number) => formatNumber(value, i18n.locale);
  const left = leftOf(reward);
  const bare = reward.picture === null && reward.description === null;
  const { version } = reward;
  const facts = Object.entries(reward.attributes);
  return (
    <Box className={styles.beside}>
      <Stack gap="md">
        {reward.picture && <Picture address={reward.picture.large} size="large" />}
        {bare && (
          <Text c="dimmed">
            <Trans>It has no picture and no description yet.</Trans>
          </Text>
        )}
        {reward.description && <Text className={styles.lines}>{reward.description}</Text>}
        {reward.terms && (
          <Text c="dimmed" fz="xs">
            {reward.terms}
          </Text>
        )}
      </Stack>
      <Stack gap="lg">
        <Section title={t`Who can have it`}>
          <Text mb="sm">{words.conditions(reward, names).join(" ")}</Text>
          <Reach reward={reward} />
        </Section>
        <Facts
          facts={[
            [t`Price`, <Points key="" value={reward.cost_points} {...unit(reward.program_id)} />],
            [t`Kind`, words.type(reward.type)],
            [t`Left`, left === null ? t`No limit` : number(left)],
            [t`Redeemed`, number(reward.redemptions)],
            [t`Delivery`, fulfilment(reward.fulfilment)],
            reward.category !== null && [t`Category`, reward.category],
            reward.featured && [t`Featured`, t`The catalogue shows it first.`],
            facts.length > 0 && [
              t`Your facts`,
              facts.map(([name, value]) => `${name}: ${String(value)}`).join(", "),
            ],
            [
              t`Last changed`,
              <Trans key="">
                <When at={reward.updated_at} />, version {version}
              </Trans>,
            ],
            [t`Id`, <Copy key="" value={reward.id} />],
          ]}
        />
      </Stack>
    </Box>
  );
}
