import { Navigate } from "@tanstack/react-router";
import { lastTenant } from "../places";

/** `/console/`: on to the tenant that was open last, else to the page where one signs in. */
export default function Choose() {
  const tenant = lastTenant();
  return <Navigate to={tenant === null ? "/sign-in" : `/${tenant}`} replace />;
}
