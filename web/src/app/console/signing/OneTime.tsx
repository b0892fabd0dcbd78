import { Trans, useLingui } from "@lingui/react/macro";
import { Center, Loader, Text } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useApi } from "@/api/context";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { tokenInAddress } from "../places";
import { Outside } from "./Outside";
import { useEntrance } from "./useEntrance";

export default function OneTimePage() {
  const { t } = useLingui();
  return (
    <Outside title={t`One moment`} back>
      <OneTime />
    </Outside>
  );
}

function OneTime() {
  const { api } = useApi();
  const enter = useEntrance();
  const { mutate, error } = api.useMutation("post", "/v1/auth/browser/one-time", {
    onSuccess: (answer) => enter(answer.tenant ?? ""),
  });
  const used = useRef(false);
  useEffect(() => {
    // A link works once, and React may run an effect twice.
    if (used.current) return;
    used.current = true;
    mutate({ body: { token: tokenInAddress() } });
  }, [mutate]);
  if (error === null)
    return (
      <Center>
        <Loader type="dots" />
      </Center>
    );
  return (
    <>
      <ProblemNotice error={error} />
      <Text c="dimmed">
        <Trans>
          Such a link works once, within ten minutes. Start Laurels again for a new one, or sign in
          with your password.
        </Trans>
      </Text>
    </>
  );
}
