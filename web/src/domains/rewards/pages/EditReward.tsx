import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Skeleton, Stack } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { type Schemas, useApi } from "@/api/context";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useTenantPath } from "@/ui/tenant";
import { useToast } from "@/ui/toast";
import { BLANK, bodyOf, changesOf, type RewardValues, toldOf, valuesOf } from "../form";
import { useFieldLabel } from "../fieldWords";
import { RewardFields } from "../parts/RewardFields";
import { type Names, type Reward, useNames } from "../queries";
import { usePicture } from "../usePicture";

/** A new reward, or a change of one. */
export default function EditReward() {
  const { t } = useLingui();
  const { rewardId } = useParams({ strict: false }) as { rewardId?: string };
  const { api } = useApi();
  const names = useNames();
  const reward = api.useQuery(
    "get",
    "/v1/rewards/{reward_id}",
    { params: { path: { reward_id: rewardId ?? "" } } },
    { enabled: rewardId !== undefined },
  );
  // What is being edited stays what it was when one began; what others do is told when one saves.
  const [begun, setBegun] = useState<Reward | null>(null);
  const taken = begun ?? reward.data ?? null;
  if (begun === null && reward.data) setBegun(reward.data);
  const title = rewardId ? (taken?.name ?? t`Reward`) : t`New reward`;
  const back = rewardId
    ? { to: `rewards/${rewardId}`, label: taken?.name ?? <Trans>Back</Trans> }
    : { to: "rewards", label: <Trans>Rewards</Trans> };
  const ready = !names.isPending && (rewardId === undefined || taken !== null);
  return (
    <Page title={title} back={back}>
      {reward.error ? (
        <ProblemNotice error={reward.error} />
      ) : ready ? (
        <Editor
          key={`${taken?.id} ${taken?.version}`}
          reward={taken}
          names={names}
          onTheirs={setBegun}
        />
      ) : (
        <Skeleton h="20em" />
      )}
    </Page>
  );
}

interface EditorProps {
  reward: Reward | null;
  names: Names;
  onTheirs: (reward: Reward) => void;
}

function Editor({ reward, names, onTheirs }: EditorProps) {
  const { t } = useLingui();
  const { client } = useApi();
  const below = useTenantPath();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const toast = useToast();
  const label = useFieldLabel();
  const send = usePicture();
  const [theirs, setTheirs] = useState<Reward | null>(null);
  const path = { reward_id: reward?.id ?? "" };

  const submit = async (values: RewardValues): Promise<{ id: string; picture: unknown }> => {
    const body: Schemas["RewardPatch"] = reward
      ? { ...changesOf(reward, values), version: reward.version }
      : {};
    const { data } = reward
      ? await client.PATCH("/v1/rewards/{reward_id}", { params: { path }, body })
      : await client.POST("/v1/rewards", { body: bodyOf(values) });
    const { id } = data as Reward;
    // The reward is saved by now; a picture that is refused must not make it twice.
    const picture = await send(id, values.picture).then(
      () => null,
      (error: unknown) => error,
    );
    return { id, picture };
  };
  const { form, save, saving, changed, notices } = useApiForm<
    RewardValues,
    { id: string; picture: unknown }
  >({
    initialValues: reward ? valuesOf(reward) : BLANK,
    submit,
    onSaved: ({ id, picture }) => {
      void queries.invalidateQueries();
      if (picture) toast.failed(picture);
      else toast.done(reward ? t`Saved.` : t`The reward is in the catalogue.`);
      void navigate({ to: below(`rewards/${id}`), ignoreBlocker: true });
    },
    told: toldOf as never,
    label,
    latest: async () => {
      const { data } = await client.GET("/v1/rewards/{reward_id}", { params: { path } });
      setTheirs(data as Reward);
      return valuesOf(data as Reward);
    },
    onLatest: () => theirs && onTheirs(theirs),
  });
  return (
    <form onSubmit={save}>
      <Stack gap="lg">
        {notices}
        <RewardFields
          form={form}
          names={names}
          address={reward?.picture?.large}
          isNew={reward === null}
        />
        <Submit
          saving={saving}
          waits={t`Saving the reward…`}
          blocked={reward && !changed ? t`Nothing has changed` : undefined}
          aside={
            <Button
              variant="subtle"
              color="gray"
              component={Link}
              to={below(reward ? `rewards/${reward.id}` : "rewards")}
            >
              <Trans>Cancel</Trans>
            </Button>
          }
        >
          {reward ? <Trans>Save</Trans> : <Trans>Add to the catalogue</Trans>}
        </Submit>
      </Stack>
    </form>
  );
}
