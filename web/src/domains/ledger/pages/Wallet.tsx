import { Trans, useLingui } from "@lingui/react/macro";
import { useParams } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { EntityLink } from "@/ui/EntityLink";
import { memberName } from "@/ui/memberName";
import { Facts, Page } from "@/ui/Page";
import { PeriodPicker } from "@/ui/PeriodPicker";
import { Points } from "@/ui/Points";
import { Holds, Lots } from "../parts/InWallet";
import { Loading } from "../parts/Loading";
import { Download, Statement } from "../parts/Statement";

export default function WalletPage() {
  const { t } = useLingui();
  const { walletId } = useParams({ strict: false }) as { walletId: string };
  const { api } = useApi();
  const may = useMay();
  const wallet = api.useQuery("get", "/v1/wallets/{wallet_id}", {
    params: {
      path: { wallet_id: walletId },
      query: may("members:read") ? { expand: "member" } : {},
    },
  });
  const found = wallet.data;
  if (found === undefined) return <Loading title={t`Wallet`} query={wallet} />;
  const unit = found.unit_name;
  const member = found.expanded?.member;
  const owner = member ? memberName(member) : "";
  const program = found.program_name;
  return (
    <Page
      title={member ? t`${program} of ${owner}` : t`Wallet: ${program}`}
      actions={
        <>
          <PeriodPicker />
          <Download walletId={found.id} />
        </>
      }
      tabs={[
        {
          id: "statement",
          label: <Trans>Statement</Trans>,
          content: () => <Statement walletId={found.id} unit={unit} />,
        },
        {
          id: "lots",
          label: <Trans>Lots</Trans>,
          content: () => <Lots walletId={found.id} />,
        },
        {
          id: "holds",
          label: <Trans>Holds</Trans>,
          content: () => <Holds walletId={found.id} />,
        },
      ]}
    >
      <Facts
        facts={[
          [
            t`Member`,
            <EntityLink key="" id={found.member_id}>
              {member ? owner : undefined}
            </EntityLink>,
          ],
          [t`To spend`, <Points key="" value={found.available} unit={unit} />],
          found.pending !== 0 && [
            t`Not to spend yet`,
            <Points key="" value={found.pending} unit={unit} />,
          ],
          found.held !== 0 && [t`Set aside`, <Points key="" value={found.held} unit={unit} />],
          found.debt !== 0 && [t`Owed`, <Points key="" value={found.debt} unit={unit} />],
        ]}
      />
    </Page>
  );
}
