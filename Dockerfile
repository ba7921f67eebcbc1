# The images of the suite: one target for each program (forces-service, concerns-service, monitoring-service, gateway, oversight).
#
#   make images                                              # all five, tagged oversight/<program>:<version>
#   docker build --build-arg COMMIT=$(git rev-parse --short=12 HEAD) --target gateway -t oversight/gateway:0.1.0 .
#
# Each holds one program, the libraries that it is linked to, and the tree's data folder, and runs as nobody in particular with
# nothing to write to: volumes and /tmp come from outside. What is in it, package by package, is in
# /usr/share/oversight/sbom.spdx.json and in dpkg's own database, which scanners read. `make image` makes the same file systems where no
# engine runs.

FROM debian:bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY common/tools/bootstrap.sh common/tools/
RUN common/tools/bootstrap.sh run
COPY CMakeLists.txt CMakePresets.json ./
COPY protos protos
COPY common common
COPY forces-service forces-service
COPY concerns-service concerns-service
COPY monitoring-service monitoring-service
COPY gateway gateway
COPY data/force-tiles.csv data/
# Told by --version. There is no .git here to find it in.
ARG COMMIT
RUN test -n "$COMMIT" || { echo "Say --build-arg COMMIT=<git commit>." >&2; exit 1; }
RUN cmake --preset release -DOVERSIGHT_BUILD_TESTS=OFF -DOVERSIGHT_GIT_COMMIT="$COMMIT" && \
    cmake --build build/release --target forces-service concerns-service monitoring-service gateway oversight && \
    strip build/release/bin/*

FROM debian:bookworm-slim AS runtime
RUN apt-get update && \
    apt-get install -y --no-install-recommends \
      ca-certificates tzdata \
      libabsl20220623 libcurl4 libfmt9 libgrpc++1.51 libgrpc29 libjansson4 libpq5 libprometheus-cpp-core1.0 libprotobuf32 \
      librhonabwy1.1 libspdlog1.10 libsqlite3-0 libssl3 libstdc++6 zlib1g && \
    rm -rf /var/lib/apt/lists/*
ARG COMMIT
COPY common/tools/sbom.sh /usr/local/lib/oversight/
RUN mkdir -p /usr/share/oversight && sh /usr/local/lib/oversight/sbom.sh "$COMMIT" > /usr/share/oversight/sbom.spdx.json
COPY data /usr/share/oversight/data
WORKDIR /usr/share/oversight
USER 65532:65532

FROM runtime AS forces-service
COPY --from=build /src/build/release/bin/forces-service /usr/local/bin/
EXPOSE 7101 7201
ENTRYPOINT ["/usr/local/bin/forces-service"]

FROM runtime AS concerns-service
COPY --from=build /src/build/release/bin/concerns-service /usr/local/bin/
EXPOSE 7102 7202
ENTRYPOINT ["/usr/local/bin/concerns-service"]

FROM runtime AS monitoring-service
COPY --from=build /src/build/release/bin/monitoring-service /usr/local/bin/
EXPOSE 7103 7203
ENTRYPOINT ["/usr/local/bin/monitoring-service"]

FROM runtime AS gateway
COPY --from=build /src/build/release/bin/gateway /usr/local/bin/
EXPOSE 7100 7200 8080
ENTRYPOINT ["/usr/local/bin/gateway"]

FROM runtime AS oversight
COPY --from=build /src/build/release/bin/oversight /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/oversight"]
