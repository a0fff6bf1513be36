using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Telemetry.Tests.Publishing.Otlp.Sending;

public sealed class TlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tls-").FullName;
    private readonly X509Certificate2 _ca = Authority("ca"), _otherCa = Authority("other"), _server, _client;

    public TlsTests()
    {
        (_server, _client) = (Issue(_ca, "localhost"), Issue(_ca, "client"));
        File.WriteAllText(Ca, _ca.ExportCertificatePem());
        File.WriteAllText(ClientCertificate, _client.ExportCertificatePem());
        File.WriteAllText(ClientKey, _client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private string Ca => Path.Join(_directory, "ca.pem");

    private string ClientCertificate => Path.Join(_directory, "client.pem");

    private string ClientKey => Path.Join(_directory, "key.pem");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_receiver_of_our_own_authority_that_knows_us(bool grpc)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc, certificate: _server, client: _client);
        await using var sender = new SenderFixture(receiver.Endpoint with { CaFile = Ca, ClientCertificateFile = ClientCertificate, ClientKeyFile = ClientKey });
        sender.Add("0");
        await sender.Idle();
        Assert.Equal(["0"], receiver.KeptNames);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_is_not_trusted_gets_nothing_until_the_file_says_otherwise(bool grpc)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc, certificate: _server);
        File.WriteAllText(Ca, _otherCa.ExportCertificatePem());
        await using var sender = new SenderFixture(receiver.Endpoint with { CaFile = Ca });
        sender.Add("0");
        await Eventually.True("it is said", () => !sender.Log.Lines.IsEmpty);
        Assert.Contains("certificate", Assert.Single(sender.Log.Lines), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(receiver.Seen);
        File.WriteAllText(Ca, _ca.ExportCertificatePem());
        await sender.Idle();
        Assert.Equal(["0"], receiver.KeptNames);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_host_or_a_missing_file_is_an_outage_and_not_our_end(bool grpc)
    {
        await using TestReceiver receiver = await TestReceiver.Start(grpc, certificate: Issue(_ca, "elsewhere"));
        await using TestReceiver good = await TestReceiver.Start(grpc, certificate: _server, client: _client);
        await using var sender = new SenderFixture(receiver.Endpoint with { CaFile = Ca });
        await using var blind = new SenderFixture(good.Endpoint with { CaFile = "/nonexistent.pem" });
        await using var nobody = new SenderFixture(good.Endpoint with { CaFile = Ca, ClientCertificateFile = "/nonexistent.pem" });
        foreach (SenderFixture each in (SenderFixture[])[sender, blind, nobody])
        {
            each.Add("0");
            await Eventually.True("it is said", () => !each.Log.Lines.IsEmpty);
            Assert.Equal(1, each.Waiting.Requests);
        }
        Assert.Contains("nonexistent", blind.Log.Lines.First(), StringComparison.Ordinal);
        Assert.Contains("nonexistent", nobody.Log.Lines.First(), StringComparison.Ordinal);
        Assert.Empty(receiver.Seen);
        Assert.Empty(good.Seen);
    }

    private static X509Certificate2 Authority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string host)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 bare = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    public void Dispose()
    {
        foreach (X509Certificate2 certificate in (X509Certificate2[])[_ca, _otherCa, _server, _client]) certificate.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
