import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ApiProvider, type Me, MeProvider } from "@/api/context";
import { Page, type PageTab } from "../Page";
import { Conditions } from "./Conditions";
import { Forms } from "./Forms";
import { Lists } from "./Lists";
import { Numbers } from "./Numbers";
import { Plots } from "./Plots";

const ME: Me = {
  actor_type: "staff",
  actor_id: "stf_01h455vb4pex5vsknk084sn02q",
  name: "Ada",
  email: "ada@example.com",
  role: "owner",
  session_id: null,
  permissions: ["*"],
  tenants: [],
  version: "0.0.0",
  tenant: {
    id: "ten_01h455vb4pex5vsknk084sn02q",
    slug: "gallery",
    name: "Gallery",
    currency: "EUR",
    time_zone: "Europe/Berlin",
    test: true,
    clock: null,
    brand_color: null,
  },
};

const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });

const TABS: PageTab[] = [
  { id: "numbers", label: "Numbers", content: () => <Numbers /> },
  { id: "lists", label: "Lists", content: () => <Lists /> },
  { id: "charts", label: "Charts", content: () => <Plots /> },
  { id: "conditions", label: "Conditions", content: () => <Conditions /> },
  { id: "forms", label: "Forms", content: () => <Forms /> },
];

/** All parts with made-up contents; only in the development server. */
export default function Gallery() {
  return (
    <QueryClientProvider client={queries}>
      <ApiProvider tenant="gallery">
        <MeProvider value={ME}>
          <main style={{ padding: "var(--mantine-spacing-lg)" }}>
            <Page
              title="Gallery"
              subtitle="Every part of the kit, with made-up contents."
              back={{ to: "", label: "Home" }}
              tabs={TABS}
            />
          </main>
        </MeProvider>
      </ApiProvider>
    </QueryClientProvider>
  );
}
