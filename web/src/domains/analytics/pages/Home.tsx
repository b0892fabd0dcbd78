import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData } from "@tanstack/react-query";
import { useApi, useMay, useMe } from "@/api/context";
import { Empty } from "@/ui/Empty";
import { Page } from "@/ui/Page";
import { PeriodPicker } from "@/ui/PeriodPicker";
import { usePeriod } from "@/ui/period";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Charts } from "../parts/Charts";
import { Figures } from "../parts/Figures";
import { FirstSteps } from "../parts/FirstSteps";
import { Latest } from "../parts/Latest";

/** What the programme did lately, and what happens right now. */
export default function Home() {
  const { t } = useLingui();
  const may = useMay();
  const me = useMe();
  const name = me.tenant?.name ?? "";
  if (!may("analytics:read"))
    return (
      <Page title={name}>
        {may("events:read") ? (
          <Latest />
        ) : (
          <Empty title={t`Welcome`}>
            <Trans>Choose a screen on the left, or search for a member.</Trans>
          </Empty>
        )}
      </Page>
    );
  return (
    <Page
      title={name}
      subtitle={<Trans>What your programme did, compared with as many days before.</Trans>}
      actions={<PeriodPicker />}
    >
      <FirstSteps />
      <Overview />
      {may("events:read") && <Latest />}
    </Page>
  );
}

function Overview() {
  const { api } = useApi();
  const [period] = usePeriod();
  const overview = api.useQuery(
    "get",
    "/v1/analytics/overview",
    { params: { query: { first_day: period.from, last_day: period.to } } },
    { placeholderData: keepPreviousData },
  );
  if (overview.error) return <ProblemNotice error={overview.error} />;
  return (
    <>
      <Figures overview={overview.data} />
      {overview.data && <Charts overview={overview.data} />}
    </>
  );
}
