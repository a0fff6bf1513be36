using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Supervision;
using ProcessArsenal.Exporter.Hosting;
using ProcessArsenal.Telemetry.EventPipe;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Exporter.Configuration;

/// <summary>What is right as it is written, and will not work here and now. It is no error: a directory or a file may be made by whoever starts us, and one
/// that is missing while we serve is an outage.</summary>
internal static class ConfigurationWarnings
{
    private const int MostHeaderBytes = 256 * 1024;

    public static IEnumerable<string> Of(ConfigurationResult loaded)
    {
        ExporterConfiguration configuration = loaded.Configuration!;
        OtlpSendingOptions? sending = configuration.ToOtlpOptions();
        return new[]
        {
            Port(configuration.Dotnet.Port),
            Spans(configuration.Dotnet, loaded.Origins["dotnet.spans.sampler"], sending),
        }.Concat(configuration.Supervisors.SelectMany(Children)).Concat(Policies(configuration)).Concat(Endpoint(sending?.Traces, traces: true)).Concat(Endpoint(sending?.Metrics, traces: false)).OfType<string>().Distinct();
    }

    /// <summary>Variables of OpenTelemetry that don't count, and what that means; and those that keep from an endpoint what a key wants sent there.</summary>
    public static IEnumerable<string> OfVariables(ConfigurationResult loaded)
    {
        OtlpSendingOptions? sending = loaded.Configuration!.ToOtlpOptions();
        if (Off(loaded.Configuration!.Otlp, loaded.Origins["otlp.endpoint"]) is { } off) yield return off;
        foreach (ConfigurationError error in loaded.Unusable) yield return $"{error} It is ignored.";
        if (loaded.Unusable.Count == 0) yield break;
        string? lost = sending is null ? "Nothing is sent by OTLP." : sending.Traces is null ? "No spans are sent by OTLP." : sending.Metrics is null ? "No metrics are sent by OTLP." : null;
        if (lost is not null) yield return lost;
    }

    private static string? Port(string port) => Path.GetDirectoryName(port) is { Length: > 0 } folder && !Directory.Exists(folder)
        ? $"'dotnet.port': there is no directory {folder}, so no program can call {port} until somebody makes it."
        : null;

    private static string? Spans(DotnetSettings dotnet, string origin, OtlpSendingOptions? sending) =>
        origin == "default" || !dotnet.HasSpans || dotnet.Sampler == SpanSampler.Auto || sending?.Traces is not null ? null
            : $"'dotnet.spans.sampler' is {dotnet.Sampler}, but nobody is asked for spans, as there is nobody whom they are sent to: set otlp.endpoint.";

    /// <summary>Who writes an endpoint down wants something sent there, whatever variables say that are meant for all programs of a host.</summary>
    private static string? Off(OtlpSettings otlp, string origin)
    {
        bool noSpans = otlp.Traces is { IsOff: true }, noMetrics = otlp.Metrics is { IsOff: true };
        if (otlp.Receiver.Endpoint is null || (!noSpans && !noMetrics) || StandardVariables.IsName(origin)) return null;
        string what = noSpans && noMetrics ? "nothing is sent" : noSpans ? "no spans are sent" : "no metrics are sent";
        return $"'otlp.endpoint' is set, but {what} there: {string.Join(", ", otlp.Variables.Where(StandardVariables.IsSwitch).Select(static line => line.Split(": ")[0]))}.";
    }

    /// <summary>Of those that do not act yet; of those that do it is an error.</summary>
    private static IEnumerable<string?> Policies(ExporterConfiguration configuration) => ConfigurationLoader.NotRaised(configuration)
        .Where(error => !configuration.Policies[error.Policy].Mode.Acts()).Select(error => $"'policies': {configuration.Policies[error.Policy].Name}: {error.Part} {error.Message}.");

    private static IEnumerable<string?> Children(SupervisorSpec supervisor) => supervisor.Children.Select(child =>
        ChildOutlook.Obstacle(child) is { } obstacle ? $"'supervisors': {supervisor.Name}/{child.Name} can't be started as things are: {obstacle}." : null);

    private static IEnumerable<string?> Endpoint(OtlpEndpoint? endpoint, bool traces)
    {
        if (endpoint is null) yield break;
        if (SdkClient.AddressOf(endpoint, traces).IsGrpc && endpoint.Address.AbsolutePath != "/")
            yield return $"'otlp.endpoint': gRPC has paths of its own and makes no use of {endpoint.Address.AbsolutePath}: remove it, or set otlp.protocol: http/protobuf.";
        if (endpoint.HeadersFile is { } headers)
            yield return Unreadable("otlp.headers_file", headers, "nothing is sent") ?? Headers(headers);
        if (endpoint.CaFile is { } authorities)
            yield return Unreadable("otlp.ca_file", authorities, "no receiver is trusted and nothing is sent") ?? Authorities(authorities);
        if (endpoint.ClientCertificateFile is { } certificate)
        {
            string? unreadable = Unreadable("otlp.client_certificate_file", certificate, "nothing is sent")
                ?? (endpoint.ClientKeyFile is { } key ? Unreadable("otlp.client_key_file", key, "nothing is sent") : null);
            yield return unreadable ?? Client(certificate, endpoint.ClientKeyFile ?? certificate);
        }
    }

    /// <param name="so">What that means as long as it lasts.</param>
    private static string? Unreadable(string key, string file, string so)
    {
        try
        {
            var info = new FileInfo(file);
            if (!info.Exists || (info.ResolveLinkTarget(returnFinalTarget: true) ?? info) is not FileInfo { Exists: true } found)
                return $"'{key}': there is no file {file}: until somebody makes it, {so}.";
            if (found.Length == 0) return $"'{key}': {file} is empty: {so}."; // Or a pipe, which would have us wait.
            using FileStream stream = File.OpenRead(file);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"'{key}': {file} can't be read ({e.GetType().Name}): as long as that is so for the service too, {so}.";
        }
    }

    private static string? Headers(string file)
    {
        if (new FileInfo(file).Length > MostHeaderBytes) return $"'otlp.headers_file': {file} is too large: is it the right file? Nothing is sent until it is.";
        HeaderText.ParseLines(File.ReadAllText(file), out string? wrong);
        return wrong is null ? null : $"'otlp.headers_file': {file}, {wrong} Nothing is sent until that is right.";
    }

    private static string? Authorities(string file)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPemFile(file);
        }
        catch (CryptographicException)
        {
            // As if there were none.
        }
        bool any = found.Count > 0;
        foreach (X509Certificate2 certificate in found) certificate.Dispose();
        return any ? null : $"'otlp.ca_file': there is no certificate (PEM) in {file}: no receiver is trusted and nothing is sent.";
    }

    private static string? Client(string certificate, string key)
    {
        try
        {
            using var read = X509Certificate2.CreateFromPemFile(certificate, key);
            return null;
        }
        catch (CryptographicException)
        {
            return $"'otlp.client_certificate_file': {certificate} and {key} hold no certificate with its key (PEM): nothing is sent.";
        }
    }
}
