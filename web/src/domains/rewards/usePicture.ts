import { useApi } from "@/api/context";

/** Uploads a reward's picture; null takes it away, undefined leaves it as it is. */
export function usePicture() {
  const { client } = useApi();
  return async (rewardId: string, picture: File | null | undefined): Promise<void> => {
    const params = { path: { reward_id: rewardId } };
    if (picture === null) await client.DELETE("/v1/rewards/{reward_id}/picture", { params });
    if (picture instanceof File)
      await client.PUT("/v1/rewards/{reward_id}/picture", {
        params,
        body: picture as never,
        bodySerializer: (file) => file as never,
        headers: { "Content-Type": picture.type || "application/octet-stream" },
      });
  };
}
