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

    private readonly ImmutableArray<KeyValuePair<string, string>> _labels;
    private readonly IReadOnlySet<string> _names;

    private HostLabels(ImmutableArray<KeyValuePair<string, string>> labels, IReadOnlySet<string> names) => (_labels, _names) = (labels, names);

    /// <param name="labels">Each of them an alert must have; none: its label instance must be a name or an address of this host, with whatever port.</param>
    public static HostLabels Of(IEnumerable<KeyValuePair<string, string>> labels) => Of(labels, NamesOfHost);

    internal static HostLabels Of(IEnumerable<KeyValuePair<string, string>> labels, Func<IReadOnlySet<string>> names)
    {
        ImmutableArray<KeyValuePair<string, string>> given = [.. labels.OrderBy(static label => label.Key, StringComparer.Ordinal)];
        return new HostLabels(given, given.IsEmpty ? names() : ImmutableHashSet<string>.Empty);
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
        if (Own.Contains(host, StringComparer.OrdinalIgnoreCase)) return isLocal ? null : "its label instance is what every host calls itself, and another host delivers it (host.labels says how this one is known)";
        return _names.Contains(host) ? null : "its label instance is no name or address of this host (host.labels says how it is known)";
    }

    /// <summary>Without the port: <c>web-1:9464</c>, <c>[::1]:9464</c>, and as they are <c>web-1</c> and <c>::1</c>.</summary>
    internal static string HostOf(string instance)
    {
        if (instance.StartsWith('[')) return instance.IndexOf(']') is > 0 and var end ? instance[1..end] : instance;
        int colon = instance.IndexOf(':');
        return colon >= 0 && colon == instance.LastIndexOf(':') ? instance[..colon] : instance;
    }

    private static HashSet<string> NamesOfHost()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { Environment.MachineName };
        try
        {
            if (IPGlobalProperties.GetIPGlobalProperties() is { DomainName: { Length: > 0 } domain } own) names.Add($"{own.HostName}.{domain}");
            foreach (NetworkInterface link in NetworkInterface.GetAllNetworkInterfaces())
                foreach (UnicastIPAddressInformation address in link.GetIPProperties().UnicastAddresses.Where(static address => !IPAddress.IsLoopback(address.Address))) names.Add(new IPAddress(address.Address.GetAddressBytes()).ToString());
        }
        catch (NetworkInformationException)
        {
            // Then by its name alone.
        }
        return names;
    }
}
