using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Sending;

/// <summary>What a receiver does with one request.</summary>
internal sealed record Answer
{
    public static readonly Answer Good = new();

    /// <summary>The request is kept before anything else is done.</summary>
    public bool Keeps { get; init; } = true;

    /// <summary>The connection ends: before the answer, or in its middle.</summary>
    public bool Aborts { get; init; }

    public bool AbortsInTheMiddle { get; init; }

    /// <summary>Nothing is answered until the client goes.</summary>
    public bool Hangs { get; init; }

    /// <summary>Of HTTP.</summary>
    public int Status { get; init; } = 200;

    public string? RetryAfter { get; init; }

    /// <summary>Of gRPC.</summary>
    public int Code { get; init; }

    public byte[]? Details { get; init; }

    public string Text { get; init; } = "";

    /// <summary>The message of the answer; null for none, where gRPC wants one.</summary>
    public byte[]? Body { get; init; } = [];

    /// <summary>Of gRPC: how it says that the message is compressed.</summary>
    public string? Encoding { get; init; }

    /// <summary>Of HTTP; null for what it should be.</summary>
    public string? ContentType { get; init; }

    public static Answer Bad(int status, int code, string text = "") => new() { Keeps = false, Status = status, Code = code, Text = text };
}

/// <summary>A request that came.</summary>
internal sealed record Received(string Path, byte[] Body, bool Gzip, IReadOnlyDictionary<string, string> Headers);

/// <summary>A receiver of OTLP that does as it is told. Without TLS, gRPC is what comes by HTTP/2.</summary>
internal sealed class TestReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _grpc;

    private TestReceiver(WebApplication app, bool grpc) => (_app, _grpc) = (app, grpc);

    /// <summary>Chooses an answer for each request.</summary>
    public Func<Received, Answer> Decide { get; set; } = _ => Answer.Good;

    /// <summary>Requests are read and good, and nothing of them is kept.</summary>
    public bool Forgets { get; set; }

    public ConcurrentQueue<Received> Seen { get; } = new();

    public ConcurrentQueue<Received> Kept { get; } = new();

    public List<string> KeptNames => [.. Kept.SelectMany(received => TestRequests.Names(received.Body))];

    public Uri Address { get; private set; } = null!;

    /// <summary>With patience, as time passes fast in these tests.</summary>
    public OtlpEndpoint Endpoint => new() { Address = Address, Timeout = TimeSpan.FromMinutes(10), Protocol = _grpc ? OtlpProtocol.Grpc : OtlpProtocol.HttpProtobuf };

    /// <summary>Answers so for the first requests, and well from then on.</summary>
    public void AnswerFirst(params Answer[] answers)
    {
        int next = -1;
        Decide = _ => Interlocked.Increment(ref next) is var i && i < answers.Length ? answers[i] : Answer.Good;
    }

    public static async Task<TestReceiver> Start(bool grpc, int port = 0, X509Certificate2? certificate = null, X509Certificate2? client = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1;
                if (certificate is null) return;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    if (client is null) return;
                    https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                    https.ClientCertificateValidation = (given, _, _) => given.Thumbprint == client.Thumbprint;
                });
            });
        });
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        WebApplication app = builder.Build();
        var receiver = new TestReceiver(app, grpc);
        app.Run(receiver.Handle);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        receiver.Address = new Uri(address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        return receiver;
    }

    private async Task Handle(HttpContext context)
    {
        if (Forgets)
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await Send(context, Answer.Good);
            return;
        }
        using var stream = new MemoryStream();
        await context.Request.Body.CopyToAsync(stream);
        byte[] body = stream.ToArray();
        bool gzip = context.Request.Headers.ContentEncoding == "gzip";
        if (_grpc)
        {
            Assert.Equal(body.Length - 5, BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1)));
            gzip = body[0] == 1;
            if (gzip) Assert.Equal("gzip", context.Request.Headers["grpc-encoding"]);
            body = body[5..];
        }
        if (gzip)
        {
            var plain = new MemoryStream();
            using (var unzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress)) unzip.CopyTo(plain);
            body = plain.ToArray();
        }
        var received = new Received(context.Request.Path, body, gzip, context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()));
        Seen.Enqueue(received);
        Answer answer = Decide(received);
        if (answer.Keeps) Kept.Enqueue(received);
        await Send(context, answer);
    }

    private async Task Send(HttpContext context, Answer answer)
    {
        if (answer.Hangs)
        {
            var gone = new TaskCompletionSource();
            await using CancellationTokenRegistration registration = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
            return;
        }
        if (answer.Aborts)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = answer.Status;
        if (answer.RetryAfter is { } retryAfter) context.Response.Headers.RetryAfter = retryAfter;
        if (answer.AbortsInTheMiddle)
        {
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync(new byte[10]);
            return; // Kestrel ends the connection of who says less than was promised
        }
        if (!_grpc)
        {
            context.Response.ContentType = answer.ContentType ?? (answer.Text.Length > 0 ? "text/plain" : "application/x-protobuf");
            await context.Response.Body.WriteAsync(answer.Text.Length > 0 ? System.Text.Encoding.UTF8.GetBytes(answer.Text) : answer.Body);
            return;
        }
        context.Response.ContentType = "application/grpc";
        if (answer.Encoding is { } encoding) context.Response.Headers["grpc-encoding"] = encoding;
        if (answer is { Code: 0, Body: { } message })
        {
            byte[] frame = new byte[5 + message.Length];
            frame[0] = answer.Encoding is null ? (byte)0 : (byte)1;
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
            message.CopyTo(frame, 5);
            await context.Response.Body.WriteAsync(frame);
        }
        context.Response.AppendTrailer("grpc-status", answer.Code.ToString(CultureInfo.InvariantCulture));
        if (answer.Text.Length > 0) context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(answer.Text));
        if (answer.Details is { } details) context.Response.AppendTrailer("grpc-status-details-bin", Convert.ToBase64String(details));
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
