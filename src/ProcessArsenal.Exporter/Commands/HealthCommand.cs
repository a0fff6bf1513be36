using System.CommandLine;
using System.Net;

namespace ProcessArsenal.Exporter.Commands;

/// <summary><c>health</c>: asks the exporter of this host whether it is well. For images without a shell, whose health check it is.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        var ready = new Option<bool>("--ready") { Description = "Ask whether its numbers are fresh (/readyz) rather than whether it is alive (/healthz)." };
        var command = new Command("health", "Ask the exporter here whether it is well, and exit with 0 if it is.") { ready };
        settings.AddTo(command);
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal health                                 alive? It is asked where listen.metrics says, for five seconds at most
              process-arsenal health --ready && ./deploy.sh          are its numbers fresh?
              HEALTHCHECK CMD ["process-arsenal", "health"]          in a Dockerfile
            """);
        command.SetAction(async (result, cancellation) =>
        {
            TextWriter text = result.InvocationConfiguration.Output, error = result.InvocationConfiguration.Error;
            if (settings.Load(result, out _) is not { Configuration: { } configuration }) return CommandLine.Failed;
            Uri address = Address(configuration.Listen.Metrics, result.GetValue(ready) ? "/readyz" : "/healthz");
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
            try
            {
                using HttpResponseMessage answer = await http.GetAsync(address, cancellation).ConfigureAwait(false);
                string said = Terminal.Printable((await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)).Trim(), 500);
                (answer.IsSuccessStatusCode ? text : error).WriteLine(said);
                return answer.IsSuccessStatusCode ? CommandLine.Done : CommandLine.Failed;
            }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                error.WriteLine($"process-arsenal: {address} does not answer.");
                return CommandLine.Failed;
            }
        });
        return command;
    }

    /// <summary>Who listens on all addresses is asked at that of this host.</summary>
    internal static Uri Address(Uri listen, string path)
    {
        var address = new UriBuilder(listen) { Path = path };
        if (IPAddress.TryParse(listen.DnsSafeHost, out IPAddress? ip))
        {
            if (ip.Equals(IPAddress.Any)) address.Host = "127.0.0.1";
            if (ip.Equals(IPAddress.IPv6Any)) address.Host = "[::1]";
        }
        return address.Uri;
    }
}
