import { useLingui } from "@lingui/react/macro";
import { Checkbox, Stack, TextInput } from "@mantine/core";
import { Submit } from "../forms/Submit";
import { useApiForm } from "../forms/useApiForm";
import type { SavedView } from "./views";

interface NamingViewProps {
  /** The view that gets another name; none: a new one. */
  view?: SavedView | undefined;
  mayShare: boolean;
  onSave: (name: string, shared: boolean) => Promise<void>;
}

/** Asks what a view is to be called, and of a new one who sees it. */
export function NamingView({ view, mayShare, onSave }: NamingViewProps) {
  const { t } = useLingui();
  const { form, save, saving, notices } = useApiForm({
    initialValues: { name: view?.name ?? "", shared: false },
    submit: ({ name, shared }) => onSave(name.trim(), shared),
    silent: true,
  });
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <TextInput
          label={t`Name of the view`}
          {...form.getInputProps("name")}
          maxLength={100}
          data-autofocus
          required
        />
        {view === undefined && (
          <Checkbox
            label={t`Share with everyone here`}
            description={mayShare ? undefined : t`Your role does not share views.`}
            disabled={!mayShare}
            {...form.getInputProps("shared", { type: "checkbox" })}
          />
        )}
        <Submit saving={saving}>{view ? t`Rename` : t`Save view`}</Submit>
      </Stack>
    </form>
  );
}
