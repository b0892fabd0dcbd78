import { Trans, useLingui } from "@lingui/react/macro";
import { Divider, SegmentedControl, Stack, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schemas, useApi } from "@/api/context";
import { formatNumber } from "@/ui/format";
import { type Member, MemberPicker } from "@/ui/forms/MemberPicker";
import { Submit } from "@/ui/forms/Submit";
import { ProblemNotice } from "@/ui/ProblemNotice";
import type { Segment } from "../queries";
import { CHUNK, chunksOf, linesOf } from "../pasted";
import { Report } from "./Report";

type Listed = Schemas["ListedOut"];
type Sent = { members: string[]; external_ids: string[]; identifiers: string[] };

/** Adds members to a list or takes them from it: one by name, or many that were copied elsewhere. */
export function PasteForm({ segment }: { segment: Segment }) {
  const { t, i18n } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const [act, setAct] = useState<"add" | "remove">("add");
  const [member, setMember] = useState<Member | null>(null);
  const [text, setText] = useState("");
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [report, setReport] = useState<Listed[] | null>(null);
  const pasted = linesOf(text);
  const all = pasted.length + (member ? 1 : 0);
  const count = formatNumber(all, i18n.locale);

  const send = async () => {
    setSaving(true);
    setError(null);
    const told: Listed[] = [];
    const none = { members: [], external_ids: [], identifiers: [] };
    const parts: Sent[] = chunksOf(pasted, CHUNK).map((part) => ({ ...none, identifiers: part }));
    if (member) parts.unshift({ ...none, members: [member.id] });
    try {
      for (const body of parts) {
        const request = { params: { path: { segment_id: segment.id } }, body };
        const { data } =
          act === "add"
            ? await client.POST("/v1/segments/{segment_id}/members", request)
            : await client.POST("/v1/segments/{segment_id}/members/remove", request);
        told.push(...(data?.data ?? []));
      }
      setText("");
      setMember(null);
    } catch (problem) {
      setError(problem);
    } finally {
      setReport(told.length > 0 ? told : null);
      setSaving(false);
      void queries.invalidateQueries();
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Stack>
        <SegmentedControl
          aria-label={t`What to do`}
          value={act}
          onChange={(next) => setAct(next as typeof act)}
          data={[
            { value: "add", label: t`Add` },
            { value: "remove", label: t`Take away` },
          ]}
        />
        <MemberPicker value={member} onChange={setMember} label={t`A member`} />
        <Divider label={t`or many at once`} />
        <Textarea
          label={t`A list`}
          description={t`E-mail addresses, your ids, or card numbers; one per line, or between commas.`}
          autosize
          minRows={6}
          maxRows={16}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ProblemNotice error={error} />
        <Submit
          saving={saving}
          blocked={all === 0 ? t`Choose a member, or paste a list` : undefined}
        >
          {act === "add" ? <Trans>Add {count}</Trans> : <Trans>Take away {count}</Trans>}
        </Submit>
        {report && <Report rows={report} />}
      </Stack>
    </form>
  );
}
