namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>How a request of OTLP travels.</summary>
public enum OtlpProtocol : byte
{
    /// <summary>By the endpoint: <see cref="HttpProtobuf"/> if its port is 4318 or its path has a part /v1/, as these are the places of HTTP by the
    /// specification; else <see cref="Grpc"/>.</summary>
    Auto,

    Grpc,

    HttpProtobuf,
}

/// <summary>Where requests of one signal go, and how.</summary>
public sealed record OtlpEndpoint
{
    /// <summary>http or https. Its path counts for HTTP alone: gRPC has paths of its own.</summary>
    public required Uri Address { get; init; }

    /// <summary>The address is that of this signal, path and all; else /v1/traces or /v1/metrics is added to it.</summary>
    public bool IsWhole { get; init; }

    public OtlpProtocol Protocol { get; init; }

    /// <summary>Requests are compressed with gzip.</summary>
    public bool Gzip { get; init; } = true;

    /// <summary>How long one request may take, with its response.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Sent with every request; may be secret.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>More of them, one a line as <c>name: value</c>, read again when it changes; null for none. Wins over <see cref="Headers"/>.</summary>
    public string? HeadersFile { get; init; }

    /// <summary>What is wrong with <see cref="HeadersFile"/> is logged; else another does that, who has the same file.</summary>
    internal bool TellsOfHeaders { get; init; } = true;

    /// <summary>PEM: who alone may have signed the receiver's certificate; null for those whom the system trusts.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM: who we are; null for nobody.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>PEM: its key; null if it is in the file of the certificate.</summary>
    public string? ClientKeyFile { get; init; }

    internal OtlpProtocol EffectiveProtocol => Protocol != OtlpProtocol.Auto ? Protocol
        : Address.Port == 4318 || (Address.AbsolutePath + "/").Contains("/v1/", StringComparison.Ordinal) ? OtlpProtocol.HttpProtobuf : OtlpProtocol.Grpc;

    /// <summary>Where HTTP requests of a signal go (<see href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp"/>).
    /// </summary>
    internal Uri AddressOf(OtlpSignal signal)
    {
        if (IsWhole) return Address;
        string path = signal == OtlpSignal.Traces ? "/v1/traces" : "/v1/metrics";
        return new UriBuilder(Address) { Path = Address.AbsolutePath.TrimEnd('/') + path }.Uri;
    }

    /// <summary>For logs: no query, which may hold a secret.</summary>
    internal string Shown => Address.GetLeftPart(UriPartial.Path);
}
