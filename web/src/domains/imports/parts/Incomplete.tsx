import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Empty } from "@/ui/Empty";
import { useTenantPath } from "@/ui/tenant";
import type { Import } from "../words";

/** A file of which only a part came. */
export function Incomplete({ run }: { run: Import }) {
  const { t } = useLingui();
  const below = useTenantPath();
  return (
    <Empty
      title={t`The upload was not finished`}
      action={
        <Button component={Link} to={below(`imports/new?kind=${run.kind}`)}>
          <Trans>Upload it again</Trans>
        </Button>
      }
    >
      <Trans>Only a part of the file is here, or it could not be read. Nothing was changed.</Trans>
    </Empty>
  );
}
