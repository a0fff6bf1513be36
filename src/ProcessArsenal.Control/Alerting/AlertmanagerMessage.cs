using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Telemetry.Text;

namespace ProcessArsenal.Control.Alerting;

/// <summary>A message of Alertmanager's webhook, version 4 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). Fields that we don't know
/// are tolerated, as later versions add some.</summary>
public sealed record AlertmanagerMessage
{
    /// <summary>Bytes of a body, and alerts in it.</summary>
    public const int MostBytes = 8 * 1024 * 1024, MostAlerts = 10_000;

    /// <summary>Labels of an alert, or annotations; characters of a name; of a label's value; of an annotation's; of all labels of an alert, so that they have room in a row of the ledger.</summary>
    public const int MostLabels = 64, LongestName = 256, LongestValue = 2048, LongestAnnotation = 8192, LongestLabels = 8192;

    private const string Version = "4", Firing = "firing", Resolved = "resolved", Instance = "instance";

    private AlertmanagerMessage(string groupKey, string receiver, long truncated, IReadOnlyList<ReceivedAlert> alerts, int instances) =>
        (GroupKey, Receiver, Truncated, Alerts, InstancesNamed) = (groupKey, receiver, truncated, alerts, instances);

    /// <summary>Which group of alerts it is about, as Alertmanager writes it.</summary>
    public string GroupKey { get; }

    /// <summary>Which of Alertmanager's receivers we are.</summary>
    public string Receiver { get; }

    /// <summary>Alerts of the group that are not here: nothing is known of them. Alertmanager left them out, as its max_alerts says, or we did: <see cref="WhyLeftOut"/>.</summary>
    public long Truncated { get; }

    /// <summary>What is too much of the first alert that we left out ourselves; null if there is none. The others are heard all the same.</summary>
    public string? WhyLeftOut { get; private init; }

    public IReadOnlyList<ReceivedAlert> Alerts { get; }

    /// <summary>How many instances fire: each alert that was left out may be of another.</summary>
    public int InstancesNamed { get; }

    /// <summary>Tells which alerts it has, and which of them fire, whatever their order: it changes if, and only if, the group did, so that the same again is a repetition.</summary>
    public ulong Composition
    {
        get
        {
            ulong sum = 0;
            foreach (ReceivedAlert alert in Alerts) unchecked { sum += Mix(alert.Fingerprint ^ (alert.IsFiring ? 0x9E3779B97F4A7C15 : 0)); }
            return Mix(sum ^ (ulong)Truncated);
        }
    }

    /// <exception cref="AlertMessageException">It is wrong, or too large.</exception>
    public static AlertmanagerMessage Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length > MostBytes) throw TooLarge($"{body.Length} bytes are more than the {MostBytes} that are taken");
        MessageJson message;
        try
        {
            message = JsonSerializer.Deserialize(body, AlertmanagerJson.Default.MessageJson) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            string where = e.LineNumber is { } line ? string.Create(CultureInfo.InvariantCulture, $" (line {line + 1}, byte {e.BytePositionInLine + 1})") : "";
            throw new AlertMessageException($"The body is no message of Alertmanager's webhook{where}.", inner: e);
        }
        catch (InvalidOperationException e)
        {
            throw new AlertMessageException("A text of the body has half of a surrogate pair, which is no character.", inner: e);
        }
        if (message.Version != Version) throw new AlertMessageException($"The message has {(message.Version is null ? "no version" : "another version")}: \"{Version}\" is understood, which Alertmanager sends since 0.5.");
        if (message.Alerts is not { } alerts) throw new AlertMessageException("The message has no alerts.");
        if (message.TruncatedAlerts < 0) throw new AlertMessageException("truncatedAlerts is less than 0.");
        if (alerts.Count > MostAlerts) throw TooLarge($"{alerts.Count} alerts are more than the {MostAlerts} that are taken at once: set max_alerts");
        Length(message.GroupKey ?? "", LongestAnnotation, "groupKey");
        Length(message.Receiver ?? "", LongestAnnotation, "receiver");
        string?[] tooMuch = [.. alerts.Select(TooMuchOf)];
        int leftOut = tooMuch.Count(static why => why is not null);
        string? first = tooMuch.FirstOrDefault(static why => why is not null);
        if (first is not null && leftOut == alerts.Count) throw TooLarge(first);
        ReceivedAlert[] read = [.. alerts.Select(static (alert, i) => (alert, i)).Where(one => tooMuch[one.i] is null).Select(static one => Read(one.alert, one.i))];
        long truncated = leftOut + Math.Min(message.TruncatedAlerts, long.MaxValue - leftOut);
        // What they all have in common is true of those that were left out too.
        bool isOfOne = message.CommonLabels?.ContainsKey(Instance) == true;
        long instances = read.Where(static alert => alert.IsFiring).Select(static alert => alert.Labels.GetValueOrDefault(Instance)).OfType<string>().Distinct(StringComparer.Ordinal).LongCount()
            + (isOfOne ? 0 : Math.Min(truncated, int.MaxValue / 2));
        return new AlertmanagerMessage(message.GroupKey ?? "", message.Receiver ?? "", truncated, read, (int)instances) { WhyLeftOut = first };
    }

    /// <returns>What is too much of an alert's labels, by which it is known, so that they can't be cut; null if nothing is.</returns>
    private static string? TooMuchOf(AlertJson? alert, int index)
    {
        if (alert?.Labels is not { } labels) return null;
        if (labels.Count > MostLabels) return Text($"alerts[{index}] has {labels.Count} labels, more than the {MostLabels} that are taken");
        long all = 0;
        foreach ((string name, string? value) in labels)
        {
            if (name.Length > LongestName) return Text($"a name in labels of alerts[{index}] has {name.Length} characters, more than the {LongestName} that are taken");
            if (value?.Length > LongestValue) return Text($"a value in labels of alerts[{index}] has {value.Length} characters, more than the {LongestValue} that are taken");
            all += name.Length + (value?.Length ?? 0);
        }
        return all > LongestLabels ? Text($"the labels of alerts[{index}] have more than the {LongestLabels} characters that are taken") : null;

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    private static ReceivedAlert Read(AlertJson? alert, int index)
    {
        if (alert is null) throw Wrong("is null");
        if (alert.Status is not (Firing or Resolved)) throw Wrong($"is neither {Firing} nor {Resolved}");
        if (alert.StartsAt is not { } starts) throw Wrong("has no startsAt");
        Dictionary<string, string> labels = Labels();
        if (labels.Count == 0) throw Wrong("has no labels");
        return new ReceivedAlert(alert.Status == Firing, AlertFingerprint.Parse(alert.Fingerprint) ?? AlertFingerprint.Of(labels), labels, Annotations(alert.Annotations), starts, alert.EndsAt ?? DateTimeOffset.MinValue);

        Dictionary<string, string> Labels()
        {
            var read = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach ((string name, string? value) in alert.Labels ?? [])
            {
                if (name.Length == 0 || value is null) throw Wrong("has labels without a name or a value");
                read.Add(name, value);
            }
            return read;
        }

        AlertMessageException Wrong(string what) => new(string.Create(CultureInfo.InvariantCulture, $"alerts[{index}] {what}."));
    }

    /// <summary>They are for people, and nothing goes by them: what is too much of them is left out, rather than that an alert is not heard.</summary>
    private static Dictionary<string, string> Annotations(Dictionary<string, string?>? told)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string? value) in told ?? [])
            if (read.Count < MostLabels && name.Length is > 0 and <= LongestName && value is not null) read.Add(name, value.Length <= LongestAnnotation ? value : Quoting.Cut(value, LongestAnnotation) + "...");
        return read;
    }

    private static void Length(string text, int most, string what)
    {
        if (text.Length > most) throw TooLarge(string.Create(CultureInfo.InvariantCulture, $"{what} has {text.Length} characters, more than the {most} that are taken"));
    }

    private static AlertMessageException TooLarge(FormattableString what) => TooLarge(what.ToString(CultureInfo.InvariantCulture));

    private static AlertMessageException TooLarge(string what) => new($"{what}.", isTooLarge: true);

    /// <summary>Of SplitMix64 (https://prng.di.unimi.it/splitmix64.c).</summary>
    private static ulong Mix(ulong number)
    {
        unchecked
        {
            number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
            number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
            return number ^ (number >> 31);
        }
    }
}
