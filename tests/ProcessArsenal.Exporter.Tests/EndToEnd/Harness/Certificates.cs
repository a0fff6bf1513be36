using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ProcessArsenal.Tests;

namespace ProcessArsenal.Exporter.Tests.EndToEnd.Harness;

/// <summary>Certificates that nobody knows.</summary>
internal static class Certificates
{
    /// <summary>One of 127.0.0.1, signed by itself, which is its own authority therefore.</summary>
    public static OtlpReceiverTls Make(Scratch scratch)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=process-arsenal-test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        return new OtlpReceiverTls(
            scratch.Write("receiver.crt", certificate.ExportCertificatePem()), scratch.Write("receiver.key", key.ExportPkcs8PrivateKeyPem()));
    }
}
