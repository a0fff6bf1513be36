# The native program on an image without shell or package manager. Built by `make image`, which needs the network for the base images.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN dotnet publish src/ProcessArsenal.Exporter -c Release -o /program \
    && rm -f /program/*.dbg \
    && mkdir -p /state

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
COPY --from=build /program /opt/process-arsenal
COPY --from=build --chown=$APP_UID:$APP_UID /state /var/lib/process-arsenal
ENV ARSENAL_STATE_DIRECTORY=/var/lib/process-arsenal
# As an ordinary user it sees all processes of its pid namespace, but not the disk IO of other users' processes: the page says so. For that,
# and for .NET programs of other users run it as root with CAP_SYS_PTRACE and CAP_DAC_OVERRIDE, and for a whole host with --pid=host.
USER $APP_UID
VOLUME /var/lib/process-arsenal
EXPOSE 9464
ENTRYPOINT ["/opt/process-arsenal/process-arsenal"]
CMD ["serve"]
