using System.Collections.Immutable;

namespace ProcessArsenal.Tests;

/// <summary>What an <see cref="OtlpReceiver"/> was sent.</summary>
/// <param name="ProblemCount">Faults of what came: what can't be decoded, invalid UTF-8, unknown fields, ids of a wrong length or zero, times in a wrong
/// order, missing resources, repeated attributes, counts that don't add up and the like.</param>
/// <param name="Problems">The first 100 of them.</param>
internal sealed record OtlpCounts(
    OtlpSignalCounts Traces, OtlpSignalCounts Metrics, OtlpPorts Connections, long ProblemCount, ImmutableArray<string> Problems);

/// <param name="Requests">All, whatever became of them.</param>
/// <param name="Bytes">Of their bodies, after decompression.</param>
/// <param name="Items">Spans, or data points, that were taken.</param>
/// <param name="Rejected">Items that were not, of requests that were.</param>
/// <param name="Forgotten">Requests whose items are not kept any more: there is room for 512 MiB.</param>
/// <param name="Outcomes">How many requests were "accepted", "malformed", or met a failure, by its mode.</param>
internal sealed record OtlpSignalCounts(
    long Requests, long Bytes, long Items, long Rejected, long Forgotten, ImmutableDictionary<string, long> Outcomes)
{
    /// <summary>Requests without anything special.</summary>
    public long Accepted => Outcomes.GetValueOrDefault("accepted");
}

internal sealed record OtlpPorts(OtlpConnections Grpc, OtlpConnections Http);

/// <param name="Open">Now.</param>
/// <param name="Total">Since the start.</param>
/// <param name="Bytes">That came since the start: compressed, with headers and TLS.</param>
internal sealed record OtlpConnections(int Open, long Total, long Bytes);

/// <param name="TimeUnixNano">When all of it had come; exact to a millisecond.</param>
/// <param name="Protocol">grpc or http.</param>
/// <param name="Encoding">gzip or identity.</param>
/// <param name="Headers">Names in lower case.</param>
/// <inheritdoc cref="OtlpSignalCounts"/>
internal sealed record OtlpRequest(
    long TimeUnixNano,
    OtlpReceiverSignal Signal,
    string Protocol,
    string Encoding,
    long Bytes,
    long Items,
    long Rejected,
    string Outcome,
    ImmutableDictionary<string, string> Headers);
