import { Trans, useLingui } from "@lingui/react/macro";
import { SimpleGrid } from "@mantine/core";
import type { Schemas } from "@/api/context";
import { Figure } from "@/ui/Figure";
import { Points } from "@/ui/Points";
import { When } from "@/ui/When";

interface WalletsProps {
  wallets: Omit<Schemas["WalletOut"], "expanded">[];
  tier: Schemas["StandingOut"] | null;
}

/** What a member has, program by program, and where they stand. */
export function Wallets({ wallets, tier }: WalletsProps) {
  const { t } = useLingui();
  const several = wallets.length > 1;
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="xl">
      {wallets.flatMap((wallet) => [
        <Figure
          key={wallet.id}
          label={several ? wallet.program_name : <Trans>Can be spent</Trans>}
          definition={t`Points that the member can spend now.`}
          value={<Points value={wallet.available} unit={wallet.unit_name} />}
        />,
        wallet.pending !== 0 && (
          <Figure
            key={`${wallet.id} pending`}
            label={<Trans>Pending</Trans>}
            definition={t`Earned, and spendable only after a while.`}
            value={<Points value={wallet.pending} unit={wallet.unit_name} />}
          />
        ),
        wallet.held !== 0 && (
          <Figure
            key={`${wallet.id} held`}
            label={<Trans>Held</Trans>}
            definition={t`Set aside for something that is not finished yet.`}
            value={<Points value={wallet.held} unit={wallet.unit_name} />}
          />
        ),
        wallet.debt !== 0 && (
          <Figure
            key={`${wallet.id} debt`}
            label={<Trans>Debt</Trans>}
            definition={t`Points taken back after they were spent. What is earned next pays it off first.`}
            value={<Points value={wallet.debt} unit={wallet.unit_name} />}
          />
        ),
      ])}
      {tier?.tier && (
        <Figure
          label={<Trans>Tier</Trans>}
          definition={
            tier.expires_at ? (
              <Trans>
                Kept until <When at={tier.expires_at} form="full" />.
              </Trans>
            ) : (
              t`Has no end.`
            )
          }
          value={tier.tier.name}
        />
      )}
    </SimpleGrid>
  );
}
