import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { Page } from "@/ui/Page";
import { usePaging } from "@/ui/url";
import { HoldTable } from "../parts/HoldTable";
import { HOLD_STATUSES, useLedgerWords } from "../words";

export default function Holds() {
  const { t } = useLingui();
  const { api } = useApi();
  const words = useLedgerWords();
  const paging = usePaging({ sort: "-created_at" });
  const filters = useFilters([
    {
      id: "status",
      kind: "choice",
      label: t`Status`,
      options: HOLD_STATUSES.map((value) => ({ value, label: words.holdStatus(value) })),
    },
    { id: "made", kind: "dates", label: t`Set aside` },
  ]);
  const holds = api.useQuery(
    "get",
    "/v1/holds",
    { params: { query: { ...filters.query, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Page
      title={t`Holds`}
      subtitle={
        <Trans>
          Points that are set aside, for example while a purchase is being paid with them. Without a
          filter: those that are open.
        </Trans>
      }
    >
      <HoldTable
        list={holds}
        paging={paging}
        filters={<FilterBar filters={filters} />}
        empty={
          filters.active ? (
            <Empty title={t`No such hold`}>
              <Trans>Change or remove a filter to see other holds.</Trans>
            </Empty>
          ) : (
            <Empty title={t`No points are set aside`}>
              <Trans>A till or shop sets points aside through the API before it spends them.</Trans>
            </Empty>
          )
        }
      />
    </Page>
  );
}
