import { Trans } from "@lingui/react/macro";
import { List, Text } from "@mantine/core";
import type { Schemas } from "@/api/context";
import { Points } from "./Points";

/** What a dry run says would happen to points: what moves, and what the member has afterwards. */
export function Effects({ planned }: { planned: Schemas["DryRunOut"] }) {
  const moves = planned.transactions ?? [];
  const wallets = planned.wallets ?? [];
  const pending = (planned.lots ?? []).some((lot) => lot.matures_at !== null);
  if (moves.length === 0)
    return (
      <Text component="span">
        <Trans>No points move.</Trans>
      </Text>
    );
  return (
    <List spacing="xxs">
      {wallets.map((wallet) => {
        const moved = moves
          .filter((move) => move.wallet_id === wallet.id)
          .reduce((sum, move) => sum + move.points, 0);
        const unit = wallet.unit_name;
        return (
          <List.Item key={wallet.id}>
            <Trans>
              <Points value={moved} signed unit={unit} />: the member then has{" "}
              <Points value={wallet.available} unit={unit} /> to spend.
            </Trans>{" "}
            {wallet.debt > 0 && (
              <Trans>
                They have spent some of them already and then owe{" "}
                <Points value={wallet.debt} unit={unit} />, which the next points pay off.
              </Trans>
            )}
            {pending && wallet.pending > 0 && (
              <Trans>
                <Points value={wallet.pending} unit={unit} /> cannot be spent yet.
              </Trans>
            )}
          </List.Item>
        );
      })}
    </List>
  );
}
