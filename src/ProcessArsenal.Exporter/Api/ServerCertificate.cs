using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using ProcessArsenal.Exporter.Configuration;
using ProcessArsenal.Exporter.Hosting;

namespace ProcessArsenal.Exporter.Api;

/// <summary>The certificate that we show, and whose we want to see. Read again when its files change, as whoever renews it does not start us again.</summary>
internal sealed partial class ServerCertificate
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    private readonly TlsSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WatchedFiles _files = new();
    private readonly Lock _lock = new();
    private X509Certificate2 _current;
    private X509Certificate2Collection? _authorities;
    private long _looked;

    /// <exception cref="CryptographicException">A file holds no certificate.</exception>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file can't be read.</exception>
    public ServerCertificate(TlsSettings settings, TimeProvider time, ILogger logger)
    {
        (_settings, _time, _logger) = (settings, time, logger);
        _files.Watch(new[] { settings.Certificate, settings.Key, settings.ClientCa }.Where(static file => file.Length > 0));
        (_current, _authorities) = Read();
        _looked = time.GetTimestamp();
    }

    /// <summary>Names that it is for.</summary>
    public IEnumerable<string> Names => _current.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static names => names.EnumerateDnsNames());

    public HttpsConnectionAdapterOptions Options => new()
    {
        ServerCertificateSelector = (_, _) => Current(),
        HandshakeTimeout = TimeSpan.FromSeconds(5),
        ClientCertificateMode = _authorities is null ? ClientCertificateMode.NoCertificate : ClientCertificateMode.RequireCertificate,
        ClientCertificateValidation = (certificate, _, _) => IsTrusted(certificate),
    };

    private X509Certificate2 Current()
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_looked) < LookAgain) return _current;
            _looked = _time.GetTimestamp();
            if (!_files.HaveChanged()) return _current;
            _files.MarkRead();
            try
            {
                (_current, _authorities) = Read(); // The one before may be in use by a handshake: it is left to the collector.
                Log.Renewed(_logger, _current.Subject, _current.NotAfter.ToUniversalTime());
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
            {
                Log.Kept(_logger, _settings.Certificate, e.Message);
            }
            return _current;
        }
    }

    private (X509Certificate2 Own, X509Certificate2Collection? Authorities) Read()
    {
        var own = X509Certificate2.CreateFromPemFile(_settings.Certificate, _settings.Key.Length > 0 ? _settings.Key : _settings.Certificate);
        if (_settings.ClientCa.Length == 0) return (own, null);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(_settings.ClientCa);
        return authorities.Count > 0 ? (own, authorities) : throw new CryptographicException($"there is no certificate in {_settings.ClientCa}.");
    }

    private bool IsTrusted(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities!);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // It would ask the network, and wait for it.
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2")); // id-kp-clientAuth (RFC 5280)
        return chain.Build(certificate);
    }

    private static partial class Log
    {
        [LoggerMessage(510, LogLevel.Information, "The control listener shows the renewed certificate {Subject}, good until {NotAfter:u}")]
        public static partial void Renewed(ILogger logger, string subject, DateTime notAfter);

        [LoggerMessage(511, LogLevel.Warning, "{File} changed and can't be used: {Reason} The certificate before it is shown as long as that is so")]
        public static partial void Kept(ILogger logger, string file, string reason);
    }
}
