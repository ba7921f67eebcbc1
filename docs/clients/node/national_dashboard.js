// How many forces are in each stage, by Connect.   make stubs && node docs/clients/node/national_dashboard.js http://127.0.0.1:8080
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { GatewayService } from "../../../gen/es/oversight/gateway/v1/gateway_service_pb.js";

const transport = createConnectTransport({ baseUrl: process.argv[2], httpVersion: "1.1" });
const gateway = createClient(GatewayService, transport);
const headers = { "oversight-principal": "chief-inspector" };
const { dashboard } = await gateway.getNationalDashboard({}, { headers, timeoutMs: 10_000 });
for (const stage of dashboard.stageCounts) console.log(`${stage.displayName}: ${stage.forceCount}`);
