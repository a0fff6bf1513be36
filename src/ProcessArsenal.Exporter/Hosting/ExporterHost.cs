using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting.Systemd;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using ProcessArsenal.Exporter.Api;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Endpoints;
using ProcessArsenal.Procfs;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;
using ProcessArsenal.Telemetry.Sampling;
using ProcessArsenal.Telemetry.Snapshots;

namespace ProcessArsenal.Exporter.Hosting;

/// <summary>Puts the program together and runs it until it is told to stop.</summary>
internal static partial class ExporterHost
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(4);

    /// <summary>Series of one instrument under /metrics/self. The SDK reserves memory for all of them: for 2,000 by default.</summary>
    private const int MostConnections = 256;

    /// <summary>With fewer, what can't be opened would be told as something that the kernel lacks.</summary>
    private const ulong LeastFiles = 128;

    private const int MostSelfSeries = 100;

    /// <returns>The exit code: 0 after an orderly stop, 1 if it could not start or go on.</returns>
    public static async Task<int> ServeAsync(ConfigurationResult loaded, ConfigurationSources sources, CancellationToken stop)
    {
        ExporterConfiguration configuration = loaded.Configuration ?? throw new ArgumentException("Load a configuration first.", nameof(loaded));
        if (StateDirectory.Prepare(loaded, Console.Error) is { } refused) return Refuse(refused);
        if (OpenFileLimit.Raise() is > 0 and < LeastFiles and var files)
            return Refuse(FormattableString.Invariant($"only {files} files may be open at once (RLIMIT_NOFILE), and at least {LeastFiles} are needed; two more for each process make it cheaper: ulimit -n 4096, or LimitNOFILE= of the unit."));
        _ = NativeHeap.GiveBack();
        ProcFs proc;
        try
        {
            proc = ProcRoot.Open(configuration.Procfs);
        }
        catch (IOException e)
        {
            return Refuse(e.Message);
        }

        using (proc)
        {
            await using WebApplication app = Build(loaded, sources, proc);
            return await RunAsync(app, configuration, stop);
        }
    }

    private static WebApplication Build(ConfigurationResult loaded, ConfigurationSources sources, ProcFs proc)
    {
        ExporterConfiguration configuration = loaded.Configuration!;
        var room = new ConnectionRoom(MostConnections);
        // Empty: no settings from the working directory or from ASPNETCORE_ variables, nothing that we did not ask for.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().UseUrls(configuration.Listen.Metrics.ToString()).ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxConcurrentConnections = MostConnections + ConnectionRoom.Spare;
            options.ConfigureEndpointDefaults(listen => listen.Use(next => connection => room.PassAsync(connection, next)));
            options.Limits.MaxRequestBodySize = 0;
            options.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 32 * 1024, gracePeriod: TimeSpan.FromSeconds(5));
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75); // Longer than most intervals of scrapes.
        });
        builder.Services.AddRoutingCore();
        LogLevelSwitch level = Logging.Add(builder.Logging, configuration.Log.Level);
        builder.Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource
            .AddService("process-arsenal", serviceVersion: OwnMetrics.Version)
            .AddAttributes([new("host.name", Environment.MachineName), new("process.pid", Environment.ProcessId)])).WithMetrics(metrics => metrics
            .AddMeter(SelfTelemetry.MeterName, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddView(_ => new MetricStreamConfiguration { CardinalityLimit = MostSelfSeries })
            .AddPrometheusExporter());
        if (configuration.ToOtlpOptions() is { } sending)
        {
            telemetry.AddSelfExport(builder.Configuration, sending, configuration.Otlp.Interval);
            builder.Services.AddHostedService<SelfExportEnd>();
            builder.Services.AddSingleton(sending);
            builder.Services.AddSingleton<OtlpService>();
        }

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(proc);
        builder.Services.AddSingleton(level);
        builder.Services.AddSingleton(loaded);
        builder.Services.AddSingleton(sources);
        builder.Services.AddSingleton<SnapshotStore>();
        builder.Services.AddSingleton<OwnMetrics>();
        builder.Services.AddSingleton<SelfTelemetry>();
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        builder.Services.AddSingleton(services => new Sampler(
            proc, services.GetRequiredService<SnapshotStore>(), configuration.ToSamplingOptions(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<SamplingService>();
        builder.Services.AddSingleton<Freshness>();
        builder.Services.AddSingleton<MetricsEndpoint>();
        builder.Services.AddSingleton<HealthEndpoints>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SamplingService>());
        // After the sampling: it is stopped before, and sends what there is.
        if (builder.Services.Any(service => service.ServiceType == typeof(OtlpService))) builder.Services.AddHostedService(services => services.GetRequiredService<OtlpService>());
        builder.Services.AddHostedService<LeanService>();
        builder.Services.AddHostedService<StandingService>();
        builder.Services.AddHostedService<FlowService>();
        builder.Services.AddSingleton<ControlService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ControlService>());
        builder.Services.AddSingleton<SupervisionService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SupervisionService>()); // After the ledger, and stopped once nobody is let in any more.
        builder.Services.AddSingleton<PolicyService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PolicyService>()); // After the supervisors: it knows whose processes are whose. Stopped before them.
        builder.Services.AddHostedService<LatchAlerts>();
        builder.Services.AddSingleton<ApiServices>();
        builder.Services.AddHostedService<ControlListener>();
        builder.Services.AddHostedService<ConfigurationReloader>();
        builder.Services.AddHostedService<SystemdWatchdog>();

        WebApplication app = builder.Build();
        EndpointCatalogue.Map(app);
        return app;
    }

    private static async Task<int> RunAsync(WebApplication app, ExporterConfiguration configuration, CancellationToken stop)
    {
        ILogger logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ProcessArsenal.Exporter");
        ISystemdNotifier systemd = app.Services.GetRequiredService<ISystemdNotifier>();
        try
        {
            await app.StartAsync(stop);
        }
        catch (StartRefusedException e)
        {
            return Refuse(e.Message);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return Refuse($"{configuration.Listen.Metrics} is in use already: stop the other program, or choose another address with "
                + "--listen-metrics (key listen.metrics).");
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return Refuse($"can't listen on {configuration.Listen.Metrics}: {e.Message} Choose another address with --listen-metrics (key listen.metrics).");
        }
        Log.Ready(logger, OwnMetrics.Version, string.Join(", ", app.Urls));
        systemd.Notify(ServiceState.Ready);
        foreach ((string directory, int requests) in OtlpLeftovers.In(configuration.SpoolDirectory(), configuration.ToOtlpOptions())) Log.Left(logger, requests, directory);
        await app.WaitForShutdownAsync(stop);
        systemd.Notify(ServiceState.Stopping);
        Log.Stopped(logger);
        bool failed = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(service => service.ExecuteTask is { IsFaulted: true });
        return failed ? 1 : 0;
    }

    private static int Refuse(string reason)
    {
        Console.Error.WriteLine($"process-arsenal: {reason}");
        return 1;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "process-arsenal {Version} ready: metrics at {Addresses}/metrics")]
        public static partial void Ready(ILogger logger, string version, string addresses);

        [LoggerMessage(3, LogLevel.Warning, "{Requests} OTLP requests of an earlier run wait in {Directory}, and nobody is sent to now: set otlp.endpoint again, or remove the directory")]
        public static partial void Left(ILogger logger, int requests, string directory);

        [LoggerMessage(2, LogLevel.Information, "Stopped")]
        public static partial void Stopped(ILogger logger);
    }
}
