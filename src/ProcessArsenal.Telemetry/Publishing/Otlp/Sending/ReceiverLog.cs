using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ProcessArsenal.Telemetry.Publishing.Otlp.Sending;

/// <summary>Says what becomes of a receiver, and of data, when it changes rather than at each try. What is dropped is said at once, and then once a
/// minute with how much it was.</summary>
internal sealed partial class ReceiverLog(OtlpSignal signal, OtlpEndpoint endpoint, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1), Reminder = TimeSpan.FromMinutes(10);

    private readonly string _protocol = endpoint.EffectiveProtocol == OtlpProtocol.Grpc ? "gRPC" : "HTTP";

    private readonly Lock _gate = new();
    private readonly Loss[] _losses = new Loss[DropReasons.Texts.Length];
    private long? _failingSince;
    private long? _saidAt;
    private bool _isSaid, _credentials;
    private string _lastReason = "", _lastRemark = "";
    private long? _remarkedAt;

    /// <summary>After each try. Of a receiver that is well and not by turns, no more is said than of one that stays away.</summary>
    public void Tried(in SendOutcome outcome, in SpoolState waiting)
    {
        if (outcome.Result == SendResult.Retry) Failed(outcome, waiting);
        else if (outcome.Result == SendResult.Accepted) Taken(outcome, waiting);
        // Else it answers, but takes nothing: what becomes of the request is said where that is known.
    }

    private void Failed(in SendOutcome outcome, in SpoolState waiting)
    {
        _failingSince ??= time.GetTimestamp();
        TimeSpan? before = _saidAt is { } at ? time.GetElapsedTime(at) : null;
        if (!_isSaid)
        {
            if (before < Pause) return;
            Log.Failing(logger, signal, _protocol, endpoint.Shown, Reason(outcome));
        }
        else if (outcome.IsCredentials && !_credentials) Log.Credentials(logger, signal, endpoint.Shown, outcome.Message);
        else if (before >= (IsSame(outcome.Message, _lastReason) ? Reminder : Pause))
            Log.Still(logger, signal, _protocol, endpoint.Shown, time.GetElapsedTime(_failingSince.Value).TotalMinutes, waiting.Requests, Reason(outcome));
        else return;
        (_isSaid, _credentials, _lastReason, _saidAt) = (true, outcome.IsCredentials, outcome.Message, time.GetTimestamp());
    }

    private static string Reason(in SendOutcome outcome) => outcome is { IsCredentials: false, RetryAfter: { } asked } && asked > SendingPace.Longest
        ? string.Create(CultureInfo.InvariantCulture, $"{outcome.Message} (it asks to be let alone for {asked.TotalSeconds:0} s; it is tried again after {Math.Min(asked.TotalSeconds, SendingPace.MostAskedFor.TotalSeconds):0})") : outcome.Message;

    private void Taken(in SendOutcome outcome, in SpoolState waiting)
    {
        if (outcome is { Rejected: 0, Message.Length: > 0 }) Remark(outcome.Message);
        if (_isSaid)
        {
            Log.Back(logger, signal, endpoint.Shown, time.GetElapsedTime(_failingSince!.Value).TotalSeconds, waiting.Requests);
            _saidAt = time.GetTimestamp();
        }
        (_failingSince, _isSaid, _credentials) = (null, false, false);
    }

    /// <summary>A request can't be read out of the spool now, and so nothing is sent.</summary>
    public void NotReadable(string wrong, in SpoolState waiting) => Tried(new SendOutcome(SendResult.Retry, $"a file of the spool can't be read: {wrong}"), waiting);

    /// <summary>A receiver that takes all may have something to say (a warning, by the specification).</summary>
    private void Remark(string said)
    {
        if (_remarkedAt is { } at && time.GetElapsedTime(at) < (IsSame(said, _lastRemark) ? Reminder : Pause)) return;
        (_remarkedAt, _lastRemark) = (time.GetTimestamp(), said);
        Log.Remark(logger, signal, endpoint.Shown, said);
    }

    /// <summary>But for numbers after the status, which may be times and never the same.</summary>
    private static bool IsSame(string text, string other) => Cause(text).SequenceEqual(Cause(other));

    private static IEnumerable<char> Cause(string text) => text.Where(static (c, at) => at < "HTTP 503".Length || !char.IsAsciiDigit(c));

    public void Dropped(DropReason reason, long items, string why)
    {
        lock (_gate)
        {
            ref Loss loss = ref _losses[(int)reason];
            loss.Items += items;
            if (loss.SaidAt is { } at && time.GetElapsedTime(at) < Pause) return;
            Log.Dropped(logger, signal, loss.Items, reason.Text(), why.Length > 0 ? why : "no more is known");
            loss = new Loss { SaidAt = time.GetTimestamp() };
        }
    }

    /// <summary>At the end: what was dropped since it was said.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            for (int i = 0; i < _losses.Length; i++)
                if (_losses[i].Items > 0) Log.Dropped(logger, signal, _losses[i].Items, DropReasons.Texts[i], "the rest of them");
            Array.Clear(_losses);
        }
    }

    private struct Loss
    {
        public long Items;
        public long? SaidAt;
    }

    private static partial class Log
    {
        [LoggerMessage(230, LogLevel.Warning, "OTLP {Signal} can't be sent by {Protocol} to {Endpoint} and wait: {Reason}")]
        public static partial void Failing(ILogger logger, OtlpSignal signal, string protocol, string endpoint, string reason);

        [LoggerMessage(234, LogLevel.Warning, "OTLP {Signal} still can't be sent by {Protocol} to {Endpoint}, after {Minutes:0} min; {Waiting} requests wait: {Reason}")]
        public static partial void Still(ILogger logger, OtlpSignal signal, string protocol, string endpoint, double minutes, int waiting, string reason);

        [LoggerMessage(231, LogLevel.Information, "OTLP {Signal} are sent to {Endpoint} again, after {Seconds:0} s; {Waiting} requests wait")]
        public static partial void Back(ILogger logger, OtlpSignal signal, string endpoint, double seconds, int waiting);

        [LoggerMessage(232, LogLevel.Warning, "OTLP {Signal}: {Items} items were dropped ({Reason}): {Why}")]
        public static partial void Dropped(ILogger logger, OtlpSignal signal, long items, string reason, string why);

        [LoggerMessage(235, LogLevel.Warning, "OTLP {Signal}: {Endpoint} has taken them, and says: {Said}")]
        public static partial void Remark(ILogger logger, OtlpSignal signal, string endpoint, string said);

        [LoggerMessage(233, LogLevel.Warning, "OTLP {Signal}: {Endpoint} does not accept our credentials, and data waits: {Reason}")]
        public static partial void Credentials(ILogger logger, OtlpSignal signal, string endpoint, string reason);
    }
}
