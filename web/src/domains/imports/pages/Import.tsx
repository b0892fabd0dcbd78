import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import * as z from "zod/mini";
import { useApi, useMay } from "@/api/context";
import { useActors } from "@/ui/actors";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Status } from "@/ui/Status";
import { useUrlState } from "@/ui/url";
import { When } from "@/ui/When";
import { Incomplete } from "../parts/Incomplete";
import { Mapping } from "../parts/Mapping";
import { Result } from "../parts/Result";
import { Running } from "../parts/Running";
import { Tried } from "../parts/Tried";
import { type Import, isUnderWay, KINDS, STATUS } from "../words";

const SHAPE = { step: z.optional(z.enum(["columns", "dry-run"])) };
const POLL = 1_000;

/** One import, at the step where it is. */
export default function ImportPage() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { api } = useApi();
  const may = useMay();
  const actor = useActors();
  const { importId } = useParams({ strict: false }) as { importId: string };
  const [{ step }, setState] = useUrlState(SHAPE);
  const found = api.useQuery(
    "get",
    "/v1/imports/{import_id}",
    { params: { path: { import_id: importId } } },
    { refetchInterval: (query) => (isUnderWay(query.state.data) ? POLL : false) },
  );
  const run = found.data;
  if (found.error) return <ProblemNotice error={found.error} />;
  if (run === undefined) return <Skeleton height="12rem" />;
  const at = stepOf(run, step);
  const status = STATUS[run.status];
  const kind = _(KINDS[run.kind].label);
  const who = actor(run.created_by_kind, run.created_by);
  return (
    <Page
      title={run.file_name}
      aside={<Status tone={status.tone}>{_(status.words)}</Status>}
      back={{ to: "imports", label: <Trans>Imports</Trans> }}
      subtitle={
        <>
          {at === "columns" && t`Step 2 of 4: say which column is which.`}
          {at === "dry-run" && t`Step 3 of 4: look at what the import will change.`}
          {at === "running" &&
            (run.dry_run
              ? t`Step 3 of 4: the dry run is under way.`
              : t`Step 4 of 4: the import is under way.`)}
          {at === "result" && (
            <Trans>
              {kind}, by {who}, <When at={run.created_at} />
            </Trans>
          )}
        </>
      }
    >
      {at === "uploading" && <Incomplete run={run} />}
      {at === "columns" && (
        <Mapping
          key={run.version}
          run={run}
          editable={may("imports:write")}
          onTried={() => setState({ step: undefined })}
        />
      )}
      {at === "running" && <Running run={run} />}
      {at === "dry-run" && <Tried run={run} onBack={() => setState({ step: "columns" })} />}
      {at === "result" && <Result run={run} />}
    </Page>
  );
}

function stepOf(run: Import, asked: "columns" | "dry-run" | undefined) {
  if (run.status === "uploading") return "uploading";
  if (isUnderWay(run)) return "running";
  if (run.status !== "draft") return "result";
  if (run.dry_run_result === null) return "columns";
  return asked ?? "dry-run";
}
