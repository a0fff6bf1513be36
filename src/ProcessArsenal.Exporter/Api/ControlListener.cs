using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using ProcessArsenal.Control.Authorization;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Hosting;

namespace ProcessArsenal.Exporter.Api;

/// <summary>Where people and programs ask, with a token. A server of its own, so that nothing which is asked here can keep /metrics from being answered.</summary>
internal sealed partial class ControlListener(ConfigurationResult loaded, ApiServices services, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private const int MostConnections = 256;

    private readonly ILogger<ControlListener> _logger = loggers.CreateLogger<ControlListener>();
    private readonly RequestLimits _limits = new();
    private WebApplication? _app;

    /// <exception cref="StartRefusedException">It can't listen as it is told to.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ExporterConfiguration configuration = loaded.Configuration!;
        if (configuration.Listen.Control is not { } address) return;
        var file = new TokenFile(configuration.StateDirectory);
        try
        {
            if (file.MakeFirst(services.Time.GetUtcNow())) Log.TokensMade(_logger, TokenFile.AdminToken, TokenFile.ResponderToken, configuration.StateDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NoTokens(_logger, file.Path, e.Message);
            return; // Seeing goes on; there is nobody whom we could let in.
        }
        try
        {
            _app = Build(configuration, address, file);
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new StartRefusedException($"{ListenSettings.Text(address)} is in use already: stop the other program, or choose another address with --listen-control (key listen.control; '' for none).", e);
        }
        catch (Exception e) when (e is IOException or SocketException or CryptographicException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"can't listen on {ListenSettings.Text(address)} (key listen.control): {e.Message}", e);
        }
        Log.Ready(_logger, string.Join(", ", _app.Urls), Path.Join(configuration.StateDirectory, TokenFile.AdminToken));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is not null) await _app.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _limits.Dispose();
    }

    private WebApplication Build(ExporterConfiguration configuration, Uri address, TokenFile file)
    {
        ServerCertificate? certificate = address.Scheme == Uri.UriSchemeHttps ? new ServerCertificate(configuration.Listen.Tls, services.Time, _logger) : null;
        var room = new ConnectionRoom(MostConnections);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxConcurrentConnections = MostConnections + ConnectionRoom.Spare;
            options.ConfigureEndpointDefaults(listen => listen.Use(next => connection => room.PassAsync(connection, next)));
            options.Limits.MaxRequestBodySize = 0;
            options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            options.Limits.MaxRequestLineSize = 16 * 1024;
            options.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 32 * 1024, gracePeriod: TimeSpan.FromSeconds(5));
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(30);
            if (IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip) || address.Port == 0) options.Listen(ip ?? IPAddress.Loopback, address.Port, Secure);
            else options.ListenLocalhost(address.Port, Secure);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        WebApplication app = builder.Build();

        var tokens = new TokenStore(file, services.Time) { Troubled = wrong => TokensTroubled(wrong) };
        var hosts = new HostRule([Dns.GetHostName(), .. certificate?.Names ?? []]);
        var gate = new Gate(tokens, hosts, _limits, services, loggers.CreateLogger<Gate>());
        CancellationToken stopping = app.Lifetime.ApplicationStopping;
        foreach (ApiRoute route in ApiCatalogue.Routes)
        {
            string[] methods = route.Method == HttpMethods.Get ? [HttpMethods.Get, HttpMethods.Head] : [route.Method];
            app.MapMethods(route.Path, methods, http => gate.PassAsync(http, route, null, stopping));
        }
        // Whatever else is asked for passes the gate too: nobody whom we do not know is told what there is.
        foreach (IGrouping<string, ApiRoute> path in ApiCatalogue.Routes.GroupBy(static route => route.Path))
        {
            string allowed = string.Join(", ", path.Select(static route => route.Method == HttpMethods.Get ? "GET, HEAD" : route.Method));
            app.Map(path.Key, http =>
            {
                http.Response.Headers.Allow = allowed;
                return gate.PassAsync(http, null, Problem.MethodNotAllowed($"{path.Key} has {allowed}."), stopping);
            });
        }
        app.MapFallback("{**path}", http => gate.PassAsync(http, null, Problem.NotFound("There is no such path: GET /openapi.json describes those that there are."), stopping));
        return app;

        void Secure(ListenOptions listen)
        {
            if (certificate is not null) listen.UseHttps(certificate.Options);
        }
    }

    private void TokensTroubled(string? wrong)
    {
        if (wrong is null) Log.TokensRead(_logger);
        else Log.TokensTroubled(_logger, wrong);
    }

    private static partial class Log
    {
        [LoggerMessage(520, LogLevel.Information, "Control at {Addresses}, with a token such as that in {File}")]
        public static partial void Ready(ILogger logger, string addresses, string file);

        [LoggerMessage(521, LogLevel.Information, "Made the first tokens: {Admin} and {Responder} in {Directory}")]
        public static partial void TokensMade(ILogger logger, string admin, string responder, string directory);

        [LoggerMessage(522, LogLevel.Warning, "Nobody can be let in, so there is no control listener: {File} can't be written: {Reason}")]
        public static partial void NoTokens(ILogger logger, string file, string reason);

        [LoggerMessage(523, LogLevel.Error, "{Wrong}")]
        public static partial void TokensTroubled(ILogger logger, string wrong);

        [LoggerMessage(524, LogLevel.Information, "Read the tokens that are let in")]
        public static partial void TokensRead(ILogger logger);
    }
}
