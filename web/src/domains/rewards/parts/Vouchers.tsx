import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Empty } from "@/ui/Empty";
import { EntityLink } from "@/ui/EntityLink";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { formatNumber } from "@/ui/format";
import { Status } from "@/ui/Status";
import { BulkButton } from "@/ui/table/BulkBar";
import { DataTable } from "@/ui/table/DataTable";
import { useToast } from "@/ui/toast";
import { usePaging } from "@/ui/url";
import { When } from "@/ui/When";
import type { Reward } from "../queries";
import styles from "./rewards.module.css";
import { UploadCodes } from "./UploadCodes";

type Voucher = Schemas["VoucherOut"];

/** The codes of a reward: which are free, who has the others; more are uploaded, free ones withdrawn. */
export function Vouchers({ reward }: { reward: Reward }) {
  const { t, i18n } = useLingui();
  const { api, client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const toast = useToast();
  const drawer = useDrawer();
  const { ask, dialog } = useConfirm();
  const paging = usePaging();
  const filters = useFilters([
    {
      id: "state",
      kind: "choice",
      label: t`State`,
      options: [
        { value: "free", label: t`Free` },
        { value: "assigned", label: t`Given to a member` },
        { value: "withdrawn", label: t`Withdrawn` },
      ],
    },
  ]);
  const path = { reward_id: reward.id };
  const codes = api.useQuery(
    "get",
    "/v1/rewards/{reward_id}/vouchers",
    { params: { path, query: { ...filters.query, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  const writes = may("rewards:write") && reward.archived_at === null;
  const upload = writes && (
    <Button size="xs" variant="default" onClick={() => drawer.open("codes")}>
      <Trans>Upload codes…</Trans>
    </Button>
  );
  const withdraw = (chosen: Voucher[], clear: () => void) => {
    const free = chosen.filter((code) => stateOf(code) === "free");
    const count = formatNumber(free.length, i18n.locale);
    ask({
      title: t`${plural(free.length, { one: "Withdraw # code?", other: "Withdraw # codes?" })}`,
      effect: t`Nobody gets them any more, and they cannot be uploaded again. Codes that a member has stay theirs.`,
      action: t`Withdraw`,
      run: async () => {
        await client.POST("/v1/rewards/{reward_id}/vouchers/withdraw", {
          params: { path },
          body: { codes: free.map(({ code }) => code) },
        });
        clear();
        toast.done(t`Codes withdrawn: ${count}.`);
        await queries.invalidateQueries();
      },
    });
  };
  const left = formatNumber(reward.codes_left, i18n.locale);
  return (
    <Stack>
      {dialog}
      <Text>
        <Trans>Free codes: {left}. Each redemption gets the oldest free one.</Trans>
      </Text>
      <DataTable<Voucher>
        label={t`Codes`}
        list={codes}
        rowId={(code) => code.id}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        actions={upload}
        {...(writes && {
          selection: {
            actions: (chosen, clear) => (
              <BulkButton onClick={() => chosen.kind === "rows" && withdraw(chosen.rows, clear)}>
                <Trans>Withdraw…</Trans>
              </BulkButton>
            ),
          },
        })}
        empty={
          filters.active ? (
            <Empty title={t`No code matches`} />
          ) : (
            <Empty title={t`No codes yet`}>
              <Trans>Nobody can redeem the reward before codes for it are uploaded.</Trans>
            </Empty>
          )
        }
        columns={[
          {
            id: "code",
            header: t`Code`,
            cell: ({ code }) => <span className={styles.mono}>{code}</span>,
          },
          { id: "state", header: t`State`, cell: (code) => <CodeState code={code} /> },
          {
            id: "redemption",
            header: t`Redemption`,
            cell: ({ redemption_id: id }) =>
              id && <EntityLink id={id}>{t`the redemption`}</EntityLink>,
          },
          {
            id: "since",
            header: t`Since`,
            cell: (code) => <When at={code.withdrawn_at ?? code.assigned_at ?? code.created_at} />,
          },
        ]}
      />
      <Drawer id="codes" title={t`Upload codes`}>
        <UploadCodes rewardId={reward.id} />
      </Drawer>
    </Stack>
  );
}

const stateOf = ({ redemption_id: taken, withdrawn_at: gone }: Voucher) =>
  taken ? "assigned" : gone ? "withdrawn" : "free";

function CodeState({ code }: { code: Voucher }) {
  const { t } = useLingui();
  const state = stateOf(code);
  if (state === "free") return <Status tone="good">{t`Free`}</Status>;
  if (state === "assigned") return <Status tone="quiet">{t`Given to a member`}</Status>;
  return <Status tone="bad">{t`Withdrawn`}</Status>;
}
