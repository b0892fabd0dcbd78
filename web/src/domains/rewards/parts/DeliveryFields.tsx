import { useLingui } from "@lingui/react/macro";
import { Radio, Stack } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { LocalNumberInput } from "@/ui/forms/numbers";
import { Section } from "@/ui/Page";
import type { RewardValues } from "../form";
import { useFulfilmentWords } from "../words";

const WAYS = ["code", "pool", "manual"];

/** How a reward reaches the member, and for how long it can be used. */
export function DeliveryFields({ form }: { form: UseFormReturnType<RewardValues> }) {
  const { t } = useLingui();
  const words = useFulfilmentWords();
  const { fulfilment, redemption_expiry_days: days } = form.values;
  const means: Record<string, string> = {
    code: t`The member shows it, or types it in at the checkout.`,
    pool: t`You upload the codes of a partner or of your shop afterwards, on the page of the reward.`,
    manual: t`It waits under “Redemptions” until somebody marks it as delivered.`,
  };
  // A provider is set up by developers; who edits the reward can keep it.
  const ways = WAYS.includes(fulfilment) ? WAYS : [...WAYS, fulfilment];
  return (
    <Section title={t`Delivery`}>
      <Stack gap="sm" maw="36rem">
        <Radio.Group aria-label={t`Delivery`} {...form.getInputProps("fulfilment")}>
          <Stack gap="xs">
            {ways.map((way) => (
              <Radio key={way} value={way} label={words(way)} description={means[way]} />
            ))}
          </Stack>
        </Radio.Group>
        <LocalNumberInput
          label={t`To be used within`}
          description={t`Days after the day of delivery. Empty: no end.`}
          min={1}
          allowDecimal={false}
          suffix={` ${t`days`}`}
          {...form.getInputProps("redemption_expiry_days")}
          value={days ?? ""}
          onChange={(next) =>
            form.setFieldValue("redemption_expiry_days", next === "" ? null : Number(next))
          }
        />
      </Stack>
    </Section>
  );
}
