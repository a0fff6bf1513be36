# A small ASP.NET Core service without any OpenTelemetry: tests/targets/Web.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish tests/targets/Web -c Release -f net10.0 -p:RunAnalyzers=false -o /program

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /program /opt/sample
USER $APP_UID
EXPOSE 8080
ENTRYPOINT ["dotnet", "/opt/sample/Web.dll"]
