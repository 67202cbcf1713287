# flyarch and nothing else: a static program, no shell, no user but one without rights.
#
#   docker build --tag flyarch .
#   docker run --rm --network none --volume "$PWD:/spec" flyarch lint
#
# A release has this stage replaced by the program that was built and attested before:
# `docker buildx build --build-context build=FOLDER` (.github/workflows/release.yml).
FROM rust:1.95-alpine AS source
RUN apk add --no-cache musl-dev
WORKDIR /source
COPY . .
# On Alpine a program of Rust is linked statically unless it is told otherwise.
RUN cargo build --locked --release

FROM scratch AS build
COPY --from=source /source/target/release/flyarch /flyarch

FROM scratch
LABEL org.opencontainers.image.source="https://github.com/flyarch/flyarch" \
      org.opencontainers.image.description="Compiles one typed spec.toml into the fly.toml files and the set-up script of a Fly.io architecture" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build --chmod=0755 /flyarch /usr/local/bin/flyarch
WORKDIR /spec
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/flyarch"]
