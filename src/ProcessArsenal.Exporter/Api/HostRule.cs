using System.Net;

namespace ProcessArsenal.Exporter.Api;

/// <summary>By which names this host may be asked for. A web page of somebody else can have its own name resolve to our address (DNS rebinding); then that name
/// is what the browser says.</summary>
internal sealed class HostRule(IEnumerable<string> names)
{
    private readonly string[] _names = [.. names];

    /// <param name="host">What the Host header says, without the port.</param>
    public bool Allows(string host)
    {
        string bare = host.Trim('[', ']').TrimEnd('.');
        if (IPAddress.TryParse(bare, out _) || bare.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return true;
        foreach (string name in _names)
        {
            if (bare.Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
            // A certificate for *.example.org is for web-1.example.org, and not for a.b.example.org (RFC 9525).
            if (name.StartsWith("*.", StringComparison.Ordinal) && bare.IndexOf('.') is > 0 and var dot && bare.AsSpan(dot).Equals(name.AsSpan(1), StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
