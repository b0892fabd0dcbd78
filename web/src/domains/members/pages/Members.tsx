import { Trans } from "@lingui/react/macro";
import { Title } from "@mantine/core";
import { useApi } from "@/api/context";
import { ProblemNotice } from "@/ui/ProblemNotice";

export default function Members() {
  const { api } = useApi();
  const members = api.useQuery("get", "/v1/members", { params: { query: { limit: 50 } } });
  if (members.error) return <ProblemNotice error={members.error} />;
  return (
    <>
      <Title order={1}>
        <Trans>Members</Trans>
      </Title>
      <ul>
        {members.data?.data.map((member) => (
          <li key={member.id}>{member.email}</li>
        ))}
      </ul>
    </>
  );
}
