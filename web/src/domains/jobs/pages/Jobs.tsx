import { Trans, useLingui } from "@lingui/react/macro";
import { Page } from "@/ui/Page";
import { JobTable } from "../parts/JobTable";
import { RunTable } from "../parts/RunTable";

/** What goes on by itself, when, and how it went. */
export default function Jobs() {
  const { t } = useLingui();
  return (
    <Page
      title={t`Jobs`}
      subtitle={
        <Trans>
          What Laurels does by itself: points expire, tiers end, segments are computed. Each can be
          run at once, too.
        </Trans>
      }
      tabs={[
        { id: "jobs", label: t`Jobs`, content: () => <JobTable /> },
        { id: "runs", label: t`Runs`, content: () => <RunTable /> },
      ]}
    />
  );
}
