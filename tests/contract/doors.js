// The doors by which a client reaches the suite, made alike: each calls an RPC with protobuf JSON and gives protobuf JSON, or
// throws {code, reason, metadata, violations}, so that one set of expectations holds for all of them.
import { fromBinary, fromJson, toJson } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { createConnectTransport as createFetchTransport } from "@connectrpc/connect-web";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";
import { StatusSchema } from "./gen/es/google/rpc/status_pb.js";
import { BadRequestSchema, ErrorInfoSchema } from "./gen/es/google/rpc/error_details_pb.js";
import { ForcesService } from "./gen/es/oversight/forces/v1/forces_service_pb.js";

const { OVERSIGHT_GATEWAY, OVERSIGHT_FORCES, OVERSIGHT_HTTP } = process.env;

// Only camelCase methods differ between the libraries; the JSON is the same.
const lowerFirst = (name) => name[0].toLowerCase() + name.slice(1);

function told(code, infos, badRequests) {
  return Object.assign(new Error(`${code} ${infos.map((info) => info.reason)}`), {
    code,
    infos: infos.length,
    reason: infos[0]?.reason,
    metadata: infos[0]?.metadata,
    violations: badRequests.flatMap((bad) => bad.fieldViolations.map((violation) => violation.field)).sort(),
  });
}

function connectDoor(name, transport) {
  const client = createClient(ForcesService, transport);
  const prepare = (method, request, { principal, timeoutMs, signal }) => {
    const descriptor = ForcesService.method[lowerFirst(method)];
    const headers = principal ? { "oversight-principal": principal } : {};
    return { descriptor, message: fromJson(descriptor.input, request), options: { headers, timeoutMs, signal } };
  };
  const fail = (thrown) => {
    const error = ConnectError.from(thrown);
    const code = Code[error.code].replace(/(?<!^)([A-Z])/g, "_$1").toUpperCase();
    throw told(code.replace("CANCELED", "CANCELLED"), error.findDetails(ErrorInfoSchema), error.findDetails(BadRequestSchema));
  };
  return {
    name,
    async unary(method, request, options = {}) {
      const { descriptor, message, options: callOptions } = prepare(method, request, options);
      try {
        const reply = await client[lowerFirst(method)](message, callOptions);
        return toJson(descriptor.output, reply, { alwaysEmitImplicit: true });
      } catch (thrown) {
        fail(thrown);
      }
    },
    async *stream(method, request, options = {}) {
      const { descriptor, message, options: callOptions } = prepare(method, request, options);
      try {
        for await (const reply of client[lowerFirst(method)](message, callOptions)) {
          yield toJson(descriptor.output, reply, { alwaysEmitImplicit: true });
        }
      } catch (thrown) {
        fail(thrown);
      }
    },
    close() {},
  };
}

function grpcJsDoor(name, address) {
  const definition = protoLoader.loadSync("oversight/forces/v1/forces_service.proto", {
    includeDirs: ["protos", "node_modules/google-proto-files"],
    longs: String, enums: String, defaults: true, oneofs: true, arrays: true,
  });
  const Client = grpc.loadPackageDefinition(definition).oversight.forces.v1.ForcesService;
  const client = new Client(address, grpc.credentials.createInsecure());
  const prepare = ({ principal, timeoutMs }) => {
    const metadata = new grpc.Metadata();
    if (principal) metadata.set("oversight-principal", principal);
    return [metadata, timeoutMs ? { deadline: Date.now() + timeoutMs } : {}];
  };
  const toError = (error) => {
    const encoded = error.metadata?.get("grpc-status-details-bin")[0];
    const details = encoded ? fromBinary(StatusSchema, encoded).details : [];
    const unpack = (schema) => details.map((detail) => anyUnpack(detail, schema)).filter(Boolean);
    return told(grpc.status[error.code], unpack(ErrorInfoSchema), unpack(BadRequestSchema));
  };
  return {
    name,
    unary: (method, request, options = {}) =>
      new Promise((resolve, reject) => {
        const call = client[method](request, ...prepare(options), (error, reply) => (error ? reject(toError(error)) : resolve(reply)));
        options.signal?.addEventListener("abort", () => call.cancel());
      }),
    async *stream(method, request, options = {}) {
      const call = client[method](request, ...prepare(options));
      options.signal?.addEventListener("abort", () => call.cancel());
      try {
        for await (const reply of call) yield reply;
      } catch (error) {
        throw toError(error);
      }
    },
    close: () => client.close(),
  };
}

export const doors = [
  grpcJsDoor("grpc-js to forces-service", OVERSIGHT_FORCES),
  grpcJsDoor("grpc-js to the gateway", OVERSIGHT_GATEWAY),
  connectDoor("connect-node by gRPC to the gateway", createGrpcTransport({ baseUrl: `http://${OVERSIGHT_GATEWAY}` })),
  connectDoor("connect-node by Connect JSON",
    createConnectTransport({ baseUrl: `http://${OVERSIGHT_HTTP}`, httpVersion: "1.1", useBinaryFormat: false })),
  connectDoor("connect-node by Connect binary",
    createConnectTransport({ baseUrl: `http://${OVERSIGHT_HTTP}`, httpVersion: "1.1", useBinaryFormat: true })),
  // As in a browser: by fetch.
  connectDoor("connect-web by Connect JSON", createFetchTransport({ baseUrl: `http://${OVERSIGHT_HTTP}`, useBinaryFormat: false })),
  connectDoor("connect-web by Connect binary", createFetchTransport({ baseUrl: `http://${OVERSIGHT_HTTP}`, useBinaryFormat: true })),
];
