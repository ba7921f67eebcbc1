// The REST face as an OpenAPI 3 document, made from the contract when the gateway starts: each path that RestPaths has,
// each parameter that a request's fields give, each message as a schema, with the contract's comments. So it cannot
// drift from the routes; a test holds it against them all the same. Pure; thread-safe.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/http/rest_paths.h"

namespace oversight::gateway {

// How callers say who they are: with a bearer token, or in insecure mode by naming themselves.
enum class OpenApiCallers { kTokens, kInsecure };

// The document as JSON, with its keys in order of the alphabet. `formats` says in which formats the answer of a method
// may be taken away, such as {"csv", "jsonl"}.
std::string OpenApiJson(
    const RestPaths& paths, OpenApiCallers callers,
    const std::function<std::vector<std::string>(const google::protobuf::MethodDescriptor&)>& formats);

}  // namespace oversight::gateway
