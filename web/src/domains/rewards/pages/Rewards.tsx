import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, SegmentedControl, Stack } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import * as z from "zod/mini";
import { useApi, useMay } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { FilterBar } from "@/ui/FilterBar";
import { useFilters } from "@/ui/filters";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Pager } from "@/ui/table/Pager";
import { useTenantPath } from "@/ui/tenant";
import { usePaging, useUrlState } from "@/ui/url";
import { RewardCards } from "../parts/RewardCards";
import { RewardTable } from "../parts/RewardTable";
import { TYPES } from "../rewardWords";

const SHAPE = { as: z._default(z.enum(["cards", "table"]), "cards") };

/** The catalogue: what points buy, as cards or as a table. */
export default function Rewards() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const may = useMay();
  const below = useTenantPath();
  const [{ as }, setState] = useUrlState(SHAPE);
  const paging = usePaging({ sort: "-created_at", limit: 48 });
  const filters = useFilters([
    {
      id: "status",
      kind: "choice",
      label: t`Status`,
      options: [
        { value: "active", label: t`Active` },
        { value: "paused", label: t`Paused` },
        { value: "archived", label: t`Archived` },
      ],
    },
    {
      id: "type",
      kind: "choice",
      label: t`Kind`,
      options: TYPES.map(({ type, label }) => ({ value: type, label: _(label) })),
    },
    { id: "category", kind: "text", label: t`Category` },
    {
      id: "featured",
      kind: "choice",
      label: t`Featured`,
      options: [{ value: "true", label: t`Only featured` }],
    },
  ]);
  const rewards = api.useQuery(
    "get",
    "/v1/rewards",
    { params: { query: { ...filters.query, ...paging.query } } },
    { placeholderData: keepPreviousData },
  );
  const create = may("rewards:write") && (
    <Button component={Link} to={below("rewards/new")}>
      <Trans>New reward</Trans>
    </Button>
  );
  const empty = filters.active ? (
    <Empty title={t`No reward matches`}>
      <Trans>Take a filter away to see more.</Trans>
    </Empty>
  ) : (
    <Empty title={t`No rewards yet`} action={create}>
      <Trans>
        A reward is what members get for their points: a discount, a mug, a seat at a tasting. Make
        the first one, or import a file.
      </Trans>
    </Empty>
  );
  const found = rewards.data?.data;
  return (
    <Page
      title={t`Rewards`}
      subtitle={<Trans>What members can get for their points, and how often they did.</Trans>}
      actions={found && found.length > 0 ? create : undefined}
    >
      <SegmentedControl
        w="fit-content"
        size="xs"
        aria-label={t`How rewards are shown`}
        value={as}
        onChange={(next) => setState({ as: next as typeof as })}
        data={[
          { value: "cards", label: t`Cards` },
          { value: "table", label: t`Table` },
        ]}
      />
      {as === "table" ? (
        <RewardTable list={rewards} paging={paging} filters={filters} empty={empty} />
      ) : (
        <Stack>
          <Group>
            <FilterBar filters={filters} />
          </Group>
          {rewards.error ? (
            <ProblemNotice error={rewards.error} onRetry={() => void rewards.refetch()} />
          ) : found?.length === 0 ? (
            empty
          ) : (
            <RewardCards rewards={found} />
          )}
          <Pager paging={paging} next={rewards.data?.next_cursor ?? null} />
        </Stack>
      )}
    </Page>
  );
}
