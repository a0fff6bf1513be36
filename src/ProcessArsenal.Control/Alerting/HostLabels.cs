using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;

namespace ProcessArsenal.Control.Alerting;

/// <summary>Who we are to Prometheus: by these labels an alert says that it is about this host. Where it can't be told, it is not.</summary>
public sealed class HostLabels
{
    private const string Instance = "instance";

    /// <summary>Names that every host has for itself.</summary>
    private static readonly string[] Own = ["localhost", "127.0.0.1", "::1"];

    /// <summary>How the bridges are called that container engines and hypervisors make for themselves: their addresses are the same on every host (172.17.0.1 is Docker's).</summary>
    private static readonly string[] Bridges = ["docker", "br-", "podman", "cni", "nerdctl", "virbr", "lxcbr", "lxdbr", "incusbr"];

    private readonly ImmutableArray<KeyValuePair<string, string>> _labels;
    private readonly IReadOnlySet<string> _names, _shared;

    private HostLabels(ImmutableArray<KeyValuePair<string, string>> labels, IReadOnlySet<string> names, IReadOnlySet<string> shared) => (_labels, _names, _shared) = (labels, names, shared);

    /// <param name="labels">Each of them an alert must have; none: its label instance must be a name or an address of this host, with whatever port.</param>
    public static HostLabels Of(IEnumerable<KeyValuePair<string, string>> labels) => Of(labels, NamesOfHost);

    internal static HostLabels Of(IEnumerable<KeyValuePair<string, string>> labels, Func<IReadOnlySet<string>> names) => Of(labels, () => (names(), ImmutableHashSet<string>.Empty));

    internal static HostLabels Of(IEnumerable<KeyValuePair<string, string>> labels, Func<(IReadOnlySet<string> Names, IReadOnlySet<string> Shared)> names)
    {
        ImmutableArray<KeyValuePair<string, string>> given = [.. labels.OrderBy(static label => label.Key, StringComparer.Ordinal)];
        (IReadOnlySet<string> own, IReadOnlySet<string> shared) = given.IsEmpty ? names() : (ImmutableHashSet<string>.Empty, ImmutableHashSet<string>.Empty);
        return new HostLabels(given, own, shared);
    }

    /// <summary>Why an alert is not about this host; null if it is.</summary>
    /// <param name="isLocal">It was delivered by a program of this host: only from its mouth does localhost mean us.</param>
    public string? WhyNot(IReadOnlyDictionary<string, string> alert, bool isLocal)
    {
        foreach ((string name, string value) in _labels)
        {
            if (!alert.TryGetValue(name, out string? its)) return $"it has no label {name}, by which this host is known (host.labels)";
            if (its != value) return $"its label {name} is another host's (host.labels)";
        }
        if (!_labels.IsEmpty) return null;
        if (!alert.TryGetValue(Instance, out string? instance)) return "it has no label instance, so that it names no host";
        string host = HostOf(instance);
        if (Own.Contains(host, StringComparer.OrdinalIgnoreCase) || (_shared.Contains(host) && !_names.Contains(host))) return isLocal ? null : "its label instance is what every host calls itself, and another host delivers it (host.labels says how this one is known)";
        return _names.Contains(host) ? null : "its label instance is no name or address of this host (host.labels says how it is known)";
    }

    /// <summary>Without the port: <c>web-1:9464</c>, <c>[::1]:9464</c>, and as they are <c>web-1</c> and <c>::1</c>.</summary>
    internal static string HostOf(string instance)
    {
        if (instance.StartsWith('[')) return instance.IndexOf(']') is > 0 and var end ? instance[1..end] : instance;
        int colon = instance.IndexOf(':');
        return colon >= 0 && colon == instance.LastIndexOf(':') ? instance[..colon] : instance;
    }

    /// <summary>Whether a link has addresses that other hosts have too.</summary>
    internal static bool IsBridge(string link) => Array.Exists(Bridges, bridge => link.StartsWith(bridge, StringComparison.Ordinal));

    private static (IReadOnlySet<string> Names, IReadOnlySet<string> Shared) NamesOfHost()
    {
        var shared = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { Environment.MachineName };
        try
        {
            if (IPGlobalProperties.GetIPGlobalProperties() is { DomainName: { Length: > 0 } domain } own) names.Add($"{own.HostName}.{domain}");
            foreach (NetworkInterface link in NetworkInterface.GetAllNetworkInterfaces())
                foreach (UnicastIPAddressInformation address in link.GetIPProperties().UnicastAddresses.Where(static address => !IPAddress.IsLoopback(address.Address)))
                    (IsBridge(link.Name) ? shared : names).Add(new IPAddress(address.Address.GetAddressBytes()).ToString());
        }
        catch (NetworkInformationException)
        {
            // Then by its name alone.
        }
        return (names, shared);
    }
}
