import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import * as z from "zod/mini";
import { useApi } from "@/api/context";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useUrlState } from "@/ui/url";
import { SegmentForm, valuesOf } from "../parts/SegmentForm";
import { type Criteria, type Segment, useCriteriaFields } from "../queries";

const BEGIN = { criteria: z.optional(z.string()) };
const BLANK = { name: "", description: "", kind: "dynamic", criteria: null, auto_update: true };

/** A new segment, or a change of one. */
export default function EditSegment() {
  const { t } = useLingui();
  const { segmentId } = useParams({ strict: false }) as { segmentId?: string };
  const [{ criteria }] = useUrlState(BEGIN);
  const { api } = useApi();
  const told = useCriteriaFields();
  const segment = api.useQuery(
    "get",
    "/v1/segments/{segment_id}",
    { params: { path: { segment_id: segmentId ?? "" } } },
    { enabled: segmentId !== undefined },
  );
  // What is being edited stays what it was when one began; what others do is told when one saves.
  const [begun, setBegun] = useState<Segment | null>(null);
  if (begun === null && segment.data) setBegun(segment.data);
  const taken = begun ?? segment.data ?? null;
  const ready = !told.isPending && (segmentId === undefined || taken !== null);
  const error = segment.error ?? told.error;
  return (
    <Page
      title={segmentId ? (taken?.name ?? t`Segment`) : t`New segment`}
      back={
        segmentId
          ? { to: `segments/${segmentId}`, label: taken?.name ?? <Trans>Back</Trans> }
          : { to: "segments", label: <Trans>Segments</Trans> }
      }
    >
      {error ? (
        <ProblemNotice error={error} />
      ) : ready ? (
        <SegmentForm
          key={`${taken?.id} ${taken?.version}`}
          segment={taken}
          initial={taken ? valuesOf(taken) : { ...BLANK, criteria: read(criteria) }}
          told={told}
          onTheirs={setBegun}
        />
      ) : (
        <Skeleton h="20em" />
      )}
    </Page>
  );
}

/** Conditions that a link brings: those of a filtered list of members. */
function read(text: string | undefined): Criteria {
  try {
    return text === undefined ? null : (JSON.parse(text) as Criteria);
  } catch {
    return null;
  }
}
