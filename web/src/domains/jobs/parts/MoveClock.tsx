import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Group, List, Radio, Skeleton, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import * as z from "zod/mini";
import { useApi } from "@/api/context";
import { DateTimeInput } from "@/ui/forms/DateTimeInput";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useUrlState } from "@/ui/url";
import { When } from "@/ui/When";
import { useJobWords } from "../words";

const SHAPE = { by: z._default(z.string(), "P1D"), to: z.optional(z.string()) };
const DATE = "date";

/** Says how far to move the clock, and beforehand what will fall due on the way. */
export function MoveClock() {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const [{ by, to }, setState] = useUrlState(SHAPE);
  const whither = by === DATE ? { now: to } : { advance: by };
  const known = by !== DATE || to !== undefined;
  const { save, saving, notices } = useApiForm({
    initialValues: {},
    silent: true,
    submit: () => client.POST("/v1/test-clock", { body: whither }),
    onSaved: () => void queries.invalidateQueries({ queryKey: ["get", "/v1/test-clock"] }),
  });
  return (
    <form onSubmit={save}>
      <Stack gap="md" align="flex-start">
        {notices}
        <Radio.Group
          label={t`How far`}
          value={by}
          onChange={(value) => setState({ by: value }, { replace: true })}
        >
          <Group mt="xs">
            <Radio value="P1D" label={t`A day`} />
            <Radio value="P1W" label={t`A week`} />
            <Radio value="P1M" label={t`A month`} />
            <Radio value="P1Y" label={t`A year`} />
            <Radio value={DATE} label={t`To a date`} />
          </Group>
        </Radio.Group>
        {by === DATE && (
          <DateTimeInput
            label={t`Move it to`}
            value={to ?? null}
            onChange={(value) => setState({ to: value ?? undefined }, { replace: true })}
          />
        )}
        {known && <Foreseen whither={whither} />}
        <Submit
          saving={saving}
          waits={t`The clock sets out…`}
          blocked={known ? undefined : t`Say to which date first`}
        >
          <Trans>Move the clock</Trans>
        </Submit>
      </Stack>
    </form>
  );
}

function Foreseen({ whither }: { whither: { now?: string | undefined; advance?: string } }) {
  const { t } = useLingui();
  const { api } = useApi();
  const words = useJobWords();
  const seen = api.useQuery(
    "get",
    "/v1/test-clock/preview",
    { params: { query: whither } },
    { placeholderData: keepPreviousData, retry: false },
  );
  if (seen.error) return <ProblemNotice error={seen.error} />;
  if (seen.data === undefined) return <Skeleton h="6em" w="100%" />;
  const often = (runs: number) => t`${plural(runs, { one: "runs once", other: "runs # times" })}`;
  return (
    <div>
      <Text>
        <Trans>
          The clock will then stand at <When at={seen.data.target} form="full" />.
        </Trans>{" "}
        {seen.data.due.length === 0 ? (
          <Trans>Nothing that is known now falls due by then.</Trans>
        ) : (
          <Trans>This falls due on the way:</Trans>
        )}
      </Text>
      <List mt="xs" spacing="xxs">
        {seen.data.due.map((due) => (
          <List.Item key={due.job}>
            {words.name(due.job)}:{" "}
            {due.runs === null ? (
              <Trans>
                for the first time at <When at={due.first_at} form="full" />
              </Trans>
            ) : (
              often(due.runs)
            )}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
