import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Skeleton } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import * as z from "zod/mini";
import { useApi, useMay } from "@/api/context";
import { DocsLink } from "@/ui/DocsLink";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useUrlState } from "@/ui/url";
import type { SectionOut } from "../model";
import { History } from "../parts/History";
import { SectionForm } from "../parts/SectionForm";
import { useHistory, valuesOf } from "../queries";
import { useWords } from "../useWords";

const RESTORE = { restore: z.optional(z.coerce.number()) };

/** One section of settings: its values, and what they were. */
export default function Section() {
  const { t } = useLingui();
  const { section: name } = useParams({ strict: false }) as { section: string };
  const { api } = useApi();
  const may = useMay();
  const words = useWords();
  const section = api.useQuery("get", "/v1/settings/{section}", {
    params: { path: { section: name } },
  });
  // What is being edited stays what it was when one began; what others do is told when one saves.
  const [begun, setBegun] = useState<SectionOut | null>(null);
  if (section.data && begun?.section !== name) setBegun(section.data);
  const back = { to: "settings", label: <Trans>Settings</Trans> };
  if (section.error)
    return (
      <Page title={t`Settings`} back={back}>
        <ProblemNotice error={section.error} />
      </Page>
    );
  if (begun === null || begun.section !== name)
    return (
      <Page title={t`Settings`} back={back}>
        <Skeleton h="20em" />
      </Page>
    );
  const { title, about, docs, unused } = words.section(begun);
  return (
    <Page
      title={title}
      subtitle={
        <>
          {about} {docs && <DocsLink page={docs} />}
        </>
      }
      back={back}
      tabs={[
        {
          id: "settings",
          label: <Trans>Settings</Trans>,
          content: () => (
            <>
              {unused && (
                <Alert color="yellow" mb="md">
                  {unused}
                </Alert>
              )}
              <Begun section={begun} onLatest={setBegun} />
            </>
          ),
        },
        {
          id: "history",
          label: <Trans>History</Trans>,
          content: () => (
            <History section={section.data ?? begun} writable={may("tenants:write")} />
          ),
        },
      ]}
    />
  );
}

interface BegunProps {
  section: SectionOut;
  onLatest: (section: SectionOut) => void;
}

/** The form, with the values of now or of a version that is to be restored. */
function Begun({ section, onLatest }: BegunProps) {
  const [{ restore }, setState] = useUrlState(RESTORE);
  const history = useHistory(section.section, restore !== undefined);
  const version = history.data?.data.find((each) => each.version === restore);
  if (restore !== undefined && history.isPending) return <Skeleton h="20em" />;
  const number = version?.version;
  const start = version ? valuesOf(section, version) : section.values;
  return (
    <>
      {version && (
        <Alert color="gray" mb="md" role="status">
          <Trans>
            The fields show version {number}. It is restored as a new version when you save.
          </Trans>
        </Alert>
      )}
      <SectionForm
        key={`${section.section} ${section.version} ${restore}`}
        section={section}
        start={start}
        onLatest={(latest) => {
          onLatest(latest);
          setState({ restore: undefined }, { replace: true });
        }}
      />
    </>
  );
}
