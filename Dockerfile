# The native program on an image without shell or package manager. Built by `make image`.
# Bases can be named (--build-arg BASE=...): where no registry is reached, scripts/image.sh makes a stand-in of this machine's own files.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0
ARG BASE=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled

FROM ${SDK} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
# There is no git here: the version comes from outside.
ARG VERSION=0.0.0-image
RUN dotnet publish src/ProcessArsenal.Exporter -c Release -o /program -p:MinVerVersionOverride=${VERSION} -p:RunAnalyzers=false \
    && rm -f /program/*.dbg \
    && mkdir /state

# A directory of the user that it runs as, and mode bits that do not depend on who built it.
FROM ${BASE} AS image
COPY --from=build --chmod=0755 /program /opt/process-arsenal
COPY --from=build --chown=1654:1654 --chmod=0700 /state /var/lib/process-arsenal
ENV ARSENAL_STATE_DIRECTORY=/var/lib/process-arsenal \
    PATH=/opt/process-arsenal:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# As an ordinary user it sees all processes of its pid namespace, but not the disk I/O of other users' processes: the page says so. For that, and for .NET
# programs of other users run it as root with CAP_SYS_PTRACE and CAP_DAC_OVERRIDE, and for a whole host with --pid=host: Docker and
# Kubernetes give capabilities to root alone.
# 1654 is the "app" of Microsoft's images ($APP_UID).
USER 1654
VOLUME /var/lib/process-arsenal
EXPOSE 9464
# No shell is needed. (Images in OCI's format have no health checks: kubelet asks /healthz itself.)
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["/opt/process-arsenal/process-arsenal", "health"]
ENTRYPOINT ["/opt/process-arsenal/process-arsenal"]
CMD ["serve"]
