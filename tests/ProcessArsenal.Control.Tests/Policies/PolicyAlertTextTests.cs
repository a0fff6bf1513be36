using System.Text;
using CsCheck;
using ProcessArsenal.Control.Alerting.Raising;
using ProcessArsenal.Control.Policies;
using ProcessArsenal.Control.Policies.Machine;
using ProcessArsenal.Control.Policies.Running;

namespace ProcessArsenal.Control.Tests.Policies;

/// <summary>Labels and annotations of alerts, of which processes have chosen some.</summary>
public sealed class PolicyAlertTextTests
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private static readonly Gen<string> Hostile = Gen.OneOf(
        Gen.String[0, 2000], Gen.Const("\u0000\u001b[31m\r\n"), Gen.Const("\ud800"), Gen.Const("\udc00\ud800x"), Gen.Const("{{ .Labels }}"), Gen.Const("\",\"alertname\":\"Other"), Gen.Const(new string('ä', 5000)), Gen.Const("  "));

    [Fact]
    public void Whatever_a_process_calls_itself_it_is_a_value_of_a_length_and_takes_no_label_of_ours()
    {
        Gen.Select(Hostile, Hostile, Hostile, Hostile.Select(static key => key[..Math.Min(key.Length, 300)]), Hostile).Sample((group, unit, container, key, more) =>
        {
            var step = new AlertStep("QueueBacklog") { Labels = new StepLabels([KeyValuePair.Create("team", more), KeyValuePair.Create("group", "mine"), KeyValuePair.Create("process_arsenal", "act")]) };
            var run = new PolicyRun("p-1", "", key, "4711-1-ab", null, new string('a', 32), DateTimeOffset.UnixEpoch) { Group = group };
            Dictionary<string, string> labels = PolicyAlertText.Labels(step, "p", run, new TargetLook(key, ["4711-1-ab"], group) { Unit = unit, Container = container });
            Assert.Equal(("QueueBacklog", "warning", "p", "raised"), (labels["alertname"], labels["severity"], labels["policy"], labels[OwnAlerts.Label]));
            Assert.True(OwnAlerts.Is(labels));
            Assert.InRange(labels.Count, 5, 11);
            Assert.All(labels.Keys, static name => Assert.True(AlertMatch.IsName(name)));
            Assert.All(labels.Values, static value => Check(value, AlertTexts.LongestLabel));
            Assert.All(PolicyAlertText.Annotations(step, new Policy("p"), run, []).Values, static value => Check(value, AlertTexts.LongestAnnotation));
            var kept = new KeptAlert("p", "p-1", key, "4711-1-ab", null, run.TraceId, run.Began, run.Began, labels, []);
            Assert.NotNull(kept.Write()); // There is room for it, whatever has to be escaped.
            Assert.Equal(labels, KeptAlert.Read(kept.Write()!)!.Labels);
        });

        static void Check(string value, int longest)
        {
            Assert.InRange(value.Length, 1, longest + 3);
            Assert.DoesNotContain(value, char.IsControl);
            Assert.True(Strict.GetByteCount(value) > 0);
        }
    }

    [Theory]
    [InlineData("child/shop/orders", "supervisor=shop,child=orders")]
    [InlineData("unit/orders.service", "unit=orders.service")]
    [InlineData("container/0123456789ab", "container=0123456789ab")]
    [InlineData("process/4711-1-ab", "")]
    public void Of_a_dead_target_its_owner_says_who_it_was(string key, string expected)
    {
        var run = new PolicyRun("p-1", "", key, "4711-1-ab", "incident", new string('a', 32), DateTimeOffset.UnixEpoch) { Group = "g" };
        Dictionary<string, string> labels = PolicyAlertText.Labels(new AlertStep("A"), "p", run, null);
        Assert.Equal(("4711-1-ab", "g"), (labels["identity"], labels["group"]));
        string[] others = [.. labels.Keys.Except(["alertname", "severity", "policy", "process_arsenal", "identity", "group"])];
        Assert.Equal(expected, string.Join(',', others.Select(name => $"{name}={labels[name]}")));
    }
}
