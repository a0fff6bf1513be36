using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>What goes between a sender of OTLP and its receiver: sees each answer, and compresses requests if asked to.</summary>
internal sealed class OtlpWire : DelegatingHandler
{
    private const int GrpcPrefix = 5; // whether what follows is compressed, and its length
    private readonly bool _gzip;
    private readonly Lock _gate = new();
    private readonly List<OtlpAnswer> _answers = [];

    /// <param name="tls">Whose certificate it trusts, instead of those of the machine, and shows if it is asked for one.</param>
    public OtlpWire(bool gzip, OtlpReceiverTls? tls)
    {
        _gzip = gzip;
        var handler = new SocketsHttpHandler { ActivityHeadersPropagator = null };
        if (tls is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(tls.Certificate) },
            };
            if (tls.ClientAuthority is not null) handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key)];
        }
        InnerHandler = handler;
    }

    public IReadOnlyList<OtlpAnswer> Answers
    {
        get
        {
            lock (_gate) return [.. _answers];
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, cancellationToken).GetAwaiter().GetResult();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_gzip) await Compress(request);
        try
        {
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            Add(new OtlpAnswer(
                answer.StatusCode, answer.Headers.RetryAfter?.ToString(), Header(answer, "grpc-status"), Header(answer, "grpc-status-details-bin"),
                await answer.Content.ReadAsByteArrayAsync(cancellationToken)));
            return answer;
        }
        catch (Exception)
        {
            Add(new OtlpAnswer(null, null, null, null, []));
            throw;
        }
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? values) || answer.Headers.TryGetValues(name, out values)
            ? values.Single()
            : null;

    private static async Task Compress(HttpRequestMessage request)
    {
        byte[] body = await request.Content!.ReadAsByteArrayAsync();
        MediaTypeHeaderValue type = request.Content.Headers.ContentType!;
        bool isGrpc = type.MediaType == "application/grpc";
        using var compressed = new MemoryStream();
        if (isGrpc) compressed.SetLength(compressed.Position = GrpcPrefix);
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(body.AsMemory(isGrpc ? GrpcPrefix : 0));
        byte[] bytes = compressed.ToArray();
        if (isGrpc)
        {
            bytes[0] = 1;
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), bytes.Length - GrpcPrefix);
            request.Headers.Add("grpc-encoding", "gzip");
        }
        request.Content = new ByteArrayContent(bytes) { Headers = { ContentType = type } };
        if (!isGrpc) request.Content.Headers.ContentEncoding.Add("gzip");
    }

    private void Add(OtlpAnswer answer)
    {
        lock (_gate) _answers.Add(answer);
    }
}

/// <param name="Status">Null if there was no answer.</param>
/// <param name="GrpcStatus">Null if there is none.</param>
/// <param name="GrpcDetails">google.rpc.Status, base64.</param>
internal sealed record OtlpAnswer(HttpStatusCode? Status, string? RetryAfter, string? GrpcStatus, string? GrpcDetails, byte[] Body);
