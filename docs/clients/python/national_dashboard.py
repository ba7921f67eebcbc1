# How many forces are in each stage, by gRPC (Debian: python3-grpcio, python3-protobuf).
#   make stubs && PYTHONPATH=gen/python /usr/bin/python3 docs/clients/python/national_dashboard.py 127.0.0.1:7100
import sys
import grpc
from oversight.gateway.v1 import gateway_service_pb2 as api, gateway_service_pb2_grpc as rpc

gateway = rpc.GatewayServiceStub(grpc.insecure_channel(sys.argv[1]))
metadata = [("oversight-principal", "chief-inspector")]
reply = gateway.GetNationalDashboard(api.GetNationalDashboardRequest(), metadata=metadata, timeout=10)
for stage in reply.dashboard.stage_counts:
    print(f"{stage.display_name}: {stage.force_count}")
