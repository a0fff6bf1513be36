using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>How we connect to a receiver.</summary>
internal static class ReceiverConnection
{
    /// <summary>So long a connection is used for new requests: then names are resolved again, and certificates looked at.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <exception cref="IOException">No: files are read when a connection is made, so that new ones are used, and one that is missing is an outage and
    /// no reason to end.</exception>
    public static SocketsHttpHandler CreateHandler(OtlpEndpoint endpoint)
    {
        var handler = new SocketsHttpHandler
        {
            PooledConnectionLifetime = Lifetime,
            ConnectTimeout = endpoint.Timeout,
            // What goes to a receiver must not go where it points to.
            AllowAutoRedirect = false,
            UseCookies = false,
            // gRPC without TLS can't go through a proxy.
            UseProxy = endpoint.EffectiveProtocol != OtlpProtocol.Grpc || endpoint.Address.Scheme == Uri.UriSchemeHttps,
            ActivityHeadersPropagator = null,
            MaxResponseDrainSize = 0,
            MaxResponseHeadersLength = 64, // KiB
        };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            Complaint(endpoint, certificate as X509Certificate2, chain, errors) is { } complaint ? throw new AuthenticationException(complaint) : true;
        if (endpoint.ClientCertificateFile is { } own)
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => X509Certificate2.CreateFromPemFile(own, endpoint.ClientKeyFile ?? own);
        return handler;
    }

    /// <returns>Null if the certificate is good.</returns>
    private static string? Complaint(OtlpEndpoint endpoint, X509Certificate2? peer, X509Chain? chain, SslPolicyErrors errors)
    {
        if (peer is null) return "it has no certificate";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return $"its certificate is for {peer.GetNameInfo(X509NameType.DnsName, forIssuer: false)}, not for {endpoint.Address.Host}";
        if (endpoint.CaFile is { } file) return IsSignedBy(file, peer, chain) ? null : $"its certificate, by {peer.Issuer}, is not signed by anyone in {file}, or not valid now";
        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)) return null;
        string status = string.Join(", ", chain?.ChainStatus.Select(status => status.Status) ?? []);
        return $"its certificate, by {peer.Issuer}, is not trusted here ({status}): otlp.ca_file names a file with who has signed it";
    }

    private static bool IsSignedBy(string file, X509Certificate2 peer, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(ServerAuthentication));
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        if (chain.ChainPolicy.CustomTrustStore.Count == 0) throw new AuthenticationException($"{file} holds no certificate");
        if (sent is not null) chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return chain.Build(peer);
    }
}
