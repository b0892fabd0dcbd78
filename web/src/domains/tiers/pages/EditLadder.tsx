import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton } from "@mantine/core";
import { useState } from "react";
import { useApi } from "@/api/context";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import type { Tier } from "../ladder";
import { LadderEditor } from "../parts/LadderEditor";

/** The whole ladder, edited at once, with who would move beside it. */
export default function EditLadder() {
  const { t } = useLingui();
  const { api } = useApi();
  const tiers = api.useQuery("get", "/v1/tiers");
  // What is edited stays what it was when one began; what others do is told when one saves.
  const [begun, setBegun] = useState<Tier[] | null>(null);
  if (begun === null && tiers.data) setBegun(tiers.data.data);
  return (
    <Page title={t`Edit the ladder`} back={{ to: "tiers", label: <Trans>Tiers</Trans> }}>
      {tiers.error ? (
        <ProblemNotice error={tiers.error} />
      ) : begun ? (
        <LadderEditor
          key={begun.map((tier) => `${tier.id} ${tier.version}`).join()}
          before={begun}
          onTheirs={setBegun}
        />
      ) : (
        <Skeleton h="20em" />
      )}
    </Page>
  );
}
