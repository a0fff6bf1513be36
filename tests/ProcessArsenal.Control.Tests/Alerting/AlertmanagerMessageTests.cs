using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using ProcessArsenal.Control.Alerting;

namespace ProcessArsenal.Control.Tests.Alerting;

public sealed class AlertmanagerMessageTests
{
    private static readonly DateTimeOffset Began = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Of Alertmanager 0.25, as it posted it.</summary>
    private const string Real = """
        {"receiver":"arsenal","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"ProcessMemoryGrowing","group":"orders","instance":"web-1:9464","severity":"critical"},
        "annotations":{"summary":"orders grows"},"startsAt":"2026-11-30T17:09:52.123456789Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://p:9090","fingerprint":"5b2f2ca3b6ff6c04"},
        {"status":"resolved","labels":{"alertname":"Other","instance":"web-2:9464"},"annotations":{},"startsAt":"2026-11-30T17:00:00+02:00","endsAt":"2026-11-30T17:10:00.5Z","generatorURL":"","fingerprint":""}],
        "groupLabels":{"alertname":"ProcessMemoryGrowing"},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://am:9093","version":"4","groupKey":"{}:{alertname=\"ProcessMemoryGrowing\"}",
        "truncatedAlerts":2,"notificationReason":{"later":["versions",{"say":"more"}]}}
        """;

    [Fact]
    public void Each_alert_has_its_own_status_and_fields_of_later_versions_are_tolerated()
    {
        AlertmanagerMessage message = AlertmanagerMessage.Parse(Encoding.UTF8.GetBytes(Real));
        Assert.Equal(("arsenal", "{}:{alertname=\"ProcessMemoryGrowing\"}", 2L), (message.Receiver, message.GroupKey, message.Truncated));
        Assert.Equal([true, false], message.Alerts.Select(alert => alert.IsFiring));
        Assert.Equal(0x5b2f2ca3b6ff6c04ul, message.Alerts[0].Fingerprint);
        Assert.Equal(new DateTimeOffset(2026, 11, 30, 17, 9, 52, TimeSpan.Zero).AddTicks(1234567), message.Alerts[0].StartsAt);
        Assert.Equal(DateTimeOffset.MinValue, message.Alerts[0].EndsAt);
        Assert.Equal("orders grows", message.Alerts[0].Annotations["summary"]);
        Assert.Equal(3, message.InstancesNamed); // One fires, and each of the two that were left out may be of another.
    }

    [Fact]
    public void What_has_no_fingerprint_gets_the_one_that_Alertmanager_would_give_it()
    {
        // Of model.LabelSet.Fingerprint in Go.
        Assert.Equal("cbf29ce484222325", AlertFingerprint.Text(AlertFingerprint.Of(new Dictionary<string, string>())));
        AlertmanagerMessage message = AlertmanagerMessage.Parse(Encoding.UTF8.GetBytes(Real));
        Assert.Equal(AlertFingerprint.Of(message.Alerts[1].Labels), message.Alerts[1].Fingerprint);
        Assert.Null(AlertFingerprint.Parse("5B2F2CA3B6FF6C04"));
        Assert.Null(AlertFingerprint.Parse("5b2f2ca3b6ff6c0"));
        Assert.Null(AlertFingerprint.Parse("../../../etc/pwd"));
    }

    [Fact]
    public void A_group_that_changed_is_told_from_one_that_is_repeated()
    {
        JsonObject a = AlertPayload.Alert("A", Began), b = AlertPayload.Alert("B", Began);
        ulong both = AlertPayload.Message((JsonObject)a.DeepClone(), (JsonObject)b.DeepClone()).Composition;
        Assert.Equal(both, AlertPayload.Message((JsonObject)b.DeepClone(), (JsonObject)a.DeepClone()).Composition);
        Assert.NotEqual(both, AlertPayload.Message((JsonObject)a.DeepClone()).Composition);
        Assert.NotEqual(both, AlertPayload.Message(a, AlertPayload.Alert("B", Began, isFiring: false)).Composition);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version":"4"}""")]
    [InlineData("""{"version":"3","alerts":[]}""")]
    [InlineData("""{"version":4,"alerts":[]}""")]
    [InlineData("""{"version":"4","alerts":[null]}""")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","labels":{"a":"b"}}]}""")]
    [InlineData("""{"version":"4","alerts":[{"status":"maybe","labels":{"a":"b"},"startsAt":"2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","labels":{},"startsAt":"2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","labels":{"a":null},"startsAt":"2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","labels":{"a":"b","a":"c"},"startsAt":"2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","labels":{"a":"\ud800"},"startsAt":"2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","labels":{"a":1},"startsAt":"2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"version":"4","alerts":[{"status":"firing","labels":{"a":"b"},"startsAt":"yesterday"}]}""")]
    [InlineData("""{"version":"4","alerts":[],"truncatedAlerts":-1}""")]
    [InlineData("""{"version":"4","alerts":[],"truncatedAlerts":1e99}""")]
    [InlineData("""{"version":"4","alerts":[]""")]
    [InlineData("""{"version":"4","alerts":[],"x":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}""")]
    public void What_Alertmanager_would_not_send_is_wrong(string body) =>
        Assert.False(Assert.Throws<AlertMessageException>(() => AlertmanagerMessage.Parse(Encoding.UTF8.GetBytes(body))).IsTooLarge);

    [Fact]
    public void Bytes_that_are_no_text_are_wrong() =>
        Assert.Throws<AlertMessageException>(() => AlertmanagerMessage.Parse([.. "{\"version\":\"4\",\"alerts\":[{\"status\":\"firing\",\"labels\":{\"a\":\""u8, 0xFF, 0xFE, .. "\"},\"startsAt\":\"2026-01-01T00:00:00Z\"}]}"u8]));

    [Fact]
    public void What_is_too_much_of_annotations_is_left_out()
    {
        JsonObject alert = AlertPayload.Alert("A", Began);
        alert["annotations"] = new JsonObject { ["summary"] = new string('x', AlertmanagerMessage.LongestAnnotation - 1) + "\U0001F600", [new string('n', AlertmanagerMessage.LongestName + 1)] = "", [""] = "no name", ["nothing"] = null };
        IReadOnlyDictionary<string, string> read = AlertPayload.Message(alert).Alerts[0].Annotations;
        Assert.Equal(new string('x', AlertmanagerMessage.LongestAnnotation - 1) + "...", Assert.Single(read).Value);
        JsonObject many = AlertPayload.Alert("A", Began);
        for (int i = 0; i < 2 * AlertmanagerMessage.MostLabels; i++) many["annotations"]![$"a{i}"] = "";
        Assert.Equal(AlertmanagerMessage.MostLabels, AlertPayload.Message(many).Alerts[0].Annotations.Count);
    }

    [Fact]
    public void More_than_there_is_room_for_is_too_large()
    {
        JsonObject tooLong = AlertPayload.Alert("A", Began), tooMany = AlertPayload.Alert("A", Began), tooMuch = AlertPayload.Alert("A", Began);
        tooLong["labels"]!["x"] = new string('x', AlertmanagerMessage.LongestValue + 1);
        for (int i = 0; i < AlertmanagerMessage.MostLabels; i++) tooMany["labels"]![$"l{i}"] = "";
        for (int i = 0; i < 8; i++) tooMuch["labels"]![$"l{i}"] = new string('x', AlertmanagerMessage.LongestValue / 2);
        foreach (JsonObject alert in (JsonObject[])[tooLong, tooMany, tooMuch])
        {
            Assert.True(Assert.Throws<AlertMessageException>(() => AlertPayload.Message(alert)).IsTooLarge);
            AlertmanagerMessage others = AlertPayload.Message(AlertPayload.Alert("B", Began), (JsonObject)alert.DeepClone(), AlertPayload.Alert("C", Began)); // They are heard all the same.
            Assert.Equal(["B", "C"], others.Alerts.Select(static one => one.Labels["alertname"]));
            Assert.Equal((1, 2), (others.Truncated, others.InstancesNamed));
            Assert.Contains("alerts[1]", others.WhyLeftOut, StringComparison.Ordinal);
            Assert.NotEqual(others.Composition, AlertPayload.Message(AlertPayload.Alert("B", Began), AlertPayload.Alert("C", Began)).Composition);
        }
        string many = string.Join(",", Enumerable.Repeat("""{"status":"firing","labels":{"a":"b"},"startsAt":"2026-01-01T00:00:00Z"}""", AlertmanagerMessage.MostAlerts + 1));
        Assert.True(Assert.Throws<AlertMessageException>(() => AlertmanagerMessage.Parse(Encoding.UTF8.GetBytes($$"""{"version":"4","alerts":[{{many}}]}"""))).IsTooLarge);
        Assert.True(Assert.Throws<AlertMessageException>(() => AlertmanagerMessage.Parse(new byte[AlertmanagerMessage.MostBytes + 1])).IsTooLarge);
    }

    [Fact]
    public void Whatever_is_cut_off_or_changed_is_taken_as_a_message_or_refused_in_words()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Real);
        for (int length = 0; length < whole.TrimEndLength(); length++) Assert.Throws<AlertMessageException>(() => AlertmanagerMessage.Parse(whole.AsSpan(0, length)));
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 8].Sample(changes =>
        {
            byte[] body = [.. whole];
            foreach ((int at, byte to, int other, byte with) in changes) (body[at], body[other]) = (to, with);
            MustBeReadOrRefused(body);
        }, iter: 20_000);
        Gen.Byte.Array[0, 200].Sample(MustBeReadOrRefused, iter: 20_000);
    }

    [Fact]
    public void Labels_that_would_be_something_else_are_texts()
    {
        string[] tricks = ["$(kill -9 1)", "; rm -rf /", "../../../../etc/shadow", "1", "4711-1234-89abcdef", "group = \"orders\" or pid > 0", "{{ .Labels.x }}", "\u001b[2J", "\u0000", "'; DROP TABLE incident; --", "‮gnp.exe", "😀"];
        JsonObject alert = AlertPayload.Alert("A", Began);
        foreach (string trick in tricks) alert["labels"]![trick] = trick;
        IReadOnlyDictionary<string, string> labels = AlertPayload.Message(alert).Alerts[0].Labels;
        foreach (string trick in tricks) Assert.Equal(trick, labels[trick]);
    }

    private static void MustBeReadOrRefused(byte[] body)
    {
        try
        {
            AlertmanagerMessage message = AlertmanagerMessage.Parse(body);
            Assert.All(message.Alerts, alert => Assert.NotEmpty(alert.Labels));
        }
        catch (AlertMessageException e)
        {
            Assert.InRange(e.Message.Length, 1, 200);
        }
    }
}

internal static class TextBytes
{
    /// <summary>Without the line's end behind the last brace.</summary>
    public static int TrimEndLength(this byte[] bytes) => bytes.AsSpan().TrimEnd("\n \t"u8).Length;
}
