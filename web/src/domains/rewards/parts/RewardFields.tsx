import { useLingui as useDescriptors } from "@lingui/react";
import { useLingui } from "@lingui/react/macro";
import { Checkbox, Select, SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { LocalNumberInput, PointsInput } from "@/ui/forms/numbers";
import { Section } from "@/ui/Page";
import type { RewardValues } from "../form";
import type { Names } from "../queries";
import { type RewardType, TYPES } from "../rewardWords";
import { DeliveryFields } from "./DeliveryFields";
import { LimitFields } from "./LimitFields";
import { PictureField } from "./PictureField";
import { WhoFields } from "./WhoFields";
import { WorthFields } from "./WorthFields";

export interface FieldsProps {
  form: UseFormReturnType<RewardValues>;
  names: Names;
}

interface RewardFieldsProps extends FieldsProps {
  address: string | undefined;
  isNew: boolean;
}

/** All that a reward says, in the order in which one thinks of it. */
export function RewardFields({ form, names, address, isNew }: RewardFieldsProps) {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const kind = TYPES.find(({ type }) => type === form.values.type);
  return (
    <Stack gap="lg">
      <Section title={t`What it is`}>
        <Stack gap="sm" maw="36rem">
          <TextInput
            label={t`Name`}
            description={t`Members see it, in the catalogue and on what they redeemed.`}
            required
            maxLength={200}
            {...form.getInputProps("name")}
          />
          <Select
            label={t`Kind`}
            description={kind && _(kind.means)}
            allowDeselect={false}
            data={TYPES.map(({ type, label }) => ({ value: type, label: _(label) }))}
            {...form.getInputProps("type")}
            onChange={(next) => next && form.setFieldValue("type", next as RewardType)}
          />
          <WorthFields form={form} />
          <Textarea
            label={t`Description`}
            description={t`What members read about it.`}
            autosize
            minRows={3}
            {...form.getInputProps("description")}
          />
          <Textarea
            label={t`Terms`}
            description={t`The small print, such as what it cannot be combined with.`}
            autosize
            minRows={2}
            {...form.getInputProps("terms")}
          />
        </Stack>
      </Section>
      <Section title={t`Picture`}>
        <PictureField form={form} address={address} />
      </Section>
      <Section title={t`Price`}>
        <SimpleGrid cols={{ base: 1, xs: 2 }} maw="36rem">
          <PointsInput
            label={t`Points for one`}
            required
            min={1}
            {...form.getInputProps("cost_points")}
          />
          {names.programs.length > 1 && (
            <Select
              label={t`Program`}
              data={names.programs.map(({ id, name }) => ({ value: id, label: name }))}
              placeholder={names.programs.find(({ is_default }) => is_default)?.name ?? ""}
              clearable
              {...form.getInputProps("program_id")}
            />
          )}
        </SimpleGrid>
      </Section>
      <WhoFields form={form} names={names} />
      <LimitFields form={form} />
      <DeliveryFields form={form} />
      <Section title={t`In the catalogue`}>
        <Stack gap="sm" maw="36rem">
          <TextInput
            label={t`Category`}
            description={t`A heading of yours, such as “Drinks”.`}
            maxLength={64}
            {...form.getInputProps("category")}
          />
          <Checkbox
            label={t`Show it before the others`}
            {...form.getInputProps("featured", { type: "checkbox" })}
          />
          <LocalNumberInput
            label={t`Place`}
            description={t`Smaller numbers come first; of equal ones the cheaper reward.`}
            allowDecimal={false}
            {...form.getInputProps("sort_order")}
          />
          <TextInput
            label={t`Address of a picture elsewhere`}
            description={t`For apps that show their own pictures. The console does not show it.`}
            {...form.getInputProps("image_url")}
          />
          {isNew && (
            <Checkbox
              label={t`Members can redeem it at once`}
              description={t`Otherwise it is paused until you resume it.`}
              {...form.getInputProps("active", { type: "checkbox" })}
            />
          )}
        </Stack>
      </Section>
    </Stack>
  );
}
