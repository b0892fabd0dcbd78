import { Trans, useLingui } from "@lingui/react/macro";
import { Button, FileButton, Group, Stack, Text } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useEffect, useMemo } from "react";
import type { RewardValues } from "../form";
import { Picture } from "./Picture";

const MOST_BYTES = 5_000_000;

interface PictureFieldProps {
  form: UseFormReturnType<RewardValues>;
  /** The picture that the reward has. */
  address: string | undefined;
}

/** Chooses a picture and shows it as members will see it; it is uploaded when the reward is saved. */
export function PictureField({ form, address }: PictureFieldProps) {
  const { t } = useLingui();
  const { picture } = form.values;
  const preview = useMemo(
    () => (picture instanceof File ? URL.createObjectURL(picture) : undefined),
    [picture],
  );
  useEffect(() => () => void (preview && URL.revokeObjectURL(preview)), [preview]);
  const shown = preview ?? (picture === undefined ? address : undefined);
  const choose = (file: File | null) => {
    if (file === null) return;
    if (file.size > MOST_BYTES)
      return form.setFieldError("picture", t`The file has more than 5 MB. Choose a smaller one.`);
    form.setFieldValue("picture", file);
  };
  return (
    <Stack gap="sm" maw="20rem">
      <Picture address={shown} size="large" />
      <Group gap="xs">
        <FileButton accept="image/jpeg,image/png,image/webp,image/gif" onChange={choose}>
          {(props) => (
            <Button size="xs" variant="default" {...props}>
              {shown ? <Trans>Choose another…</Trans> : <Trans>Choose a picture…</Trans>}
            </Button>
          )}
        </FileButton>
        {shown && (
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={() => form.setFieldValue("picture", address ? null : undefined)}
          >
            <Trans>Remove</Trans>
          </Button>
        )}
      </Group>
      <Text c="dimmed" fz="xs">
        <Trans>
          JPEG, PNG, WebP or GIF, up to 5 MB. Where it was taken, and whatever else the file says,
          is not kept. Cards show the middle of it, three to two.
        </Trans>
      </Text>
      {form.errors.picture && (
        <Text c="var(--tone-bad)" role="alert">
          {form.errors.picture}
        </Text>
      )}
    </Stack>
  );
}
