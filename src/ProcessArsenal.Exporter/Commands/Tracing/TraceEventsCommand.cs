using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProcessArsenal.Exporter.Views;
using ProcessArsenal.Telemetry.Tracing.Events;

namespace ProcessArsenal.Exporter.Commands.Tracing;

/// <summary><c>trace events</c>: the events of a recording, one by one.</summary>
internal static class TraceEventsCommand
{
    private const int LongestValue = 60, FramesShown = 3;

    public static Command Create(CommandContext context, SettingsOptions settings)
    {
        Argument<string> id = TraceParts.IdOf();
        Option<string>[] filters =
        [
            Filter("provider", "Only events of this provider: a part of its name, or all of it with * and ?. Without it samples of stacks are left out."),
            Filter("event", "Only events of this name, such as GC/Start."),
            Filter("source", "Only events of this activity source."),
            Filter("method", "Only events with this method in their stack."),
        ];
        Option<long?> after = Options.Long("--after", 0, long.MaxValue, "Number of the last event that you know.", "number");
        Option<int?> limit = Options.Number("--limit", 1, "Events at most: 100 unless they are followed, and no more than 1000 then.", "number");
        var follow = new Option<bool>("--follow") { Description = "Show events as they come, without stacks, until the recording ends or Ctrl-C." };
        Option<string> output = Options.Choice("--output", ["table", "json"], "How to print; json: one event a line.", "-o");
        var command = new Command("events", "Show the events of a recording, one by one.") { id, after, limit, follow, output };
        foreach (Option<string> filter in filters) command.Add(filter);
        command.Validators.Add(result =>
        {
            if (result.GetValue(follow) && result.GetValue(filters[^1]) is not null) result.AddError("--method is not for --follow: what methods are called is told only at the end of a recording.");
        });
        HelpText.Attach(command,
            """
            Examples:
              process-arsenal trace events 17 --event GC
              process-arsenal trace events 17 --event Exception/Start --method Orders.Find
              process-arsenal trace events 17 --follow -o json | jq -c 'select(.name == "Contention/Stop")'
            """);
        return TraceParts.Part(context, settings, command, async (traces, result, cancellation) =>
        {
            TextWriter text = result.InvocationConfiguration.Output;
            int? most = result.GetValue(limit);
            List<string> query = [.. filters.Where(filter => result.GetValue(filter) is not null).Select(filter => $"{filter.Name.TrimStart('-')}={Uri.EscapeDataString(result.GetValue(filter)!)}")];
            if (result.GetValue(after) is { } known) query.Add(string.Create(CultureInfo.InvariantCulture, $"after={known}"));
            bool isJson = result.GetValue(output) == "json";
            if (result.GetValue(follow))
            {
                await FollowAsync(traces, result.GetRequiredValue(id), Query(query), most ?? int.MaxValue, value => Print(value, isJson, text), result.InvocationConfiguration.Error, cancellation).ConfigureAwait(false);
                return;
            }
            if (most is { } events) query.Add(string.Create(CultureInfo.InvariantCulture, $"limit={events}"));
            EventPage page = await traces.EventsAsync(result.GetRequiredValue(id), Query(query), cancellation).ConfigureAwait(false);
            foreach (RecordedEvent value in page.Events) Print(value, isJson, text);
            if (page.Next is { } next && !isJson) result.InvocationConfiguration.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"There are more: --after {next}"));
            if (page.Events.Count == 0 && !isJson) result.InvocationConfiguration.Error.WriteLine(result.GetValue(after) is > 0 ? "No more events that match." : "No events that match. Samples of stacks are shown only with --provider SampleProfiler, and what the recording's own filters leave out only if it is asked for.");
        });
    }

    private static async Task FollowAsync(RemoteTraces traces, string id, string query, int most, Action<RecordedEvent> print, TextWriter error, CancellationToken cancellation)
    {
        int count = 0;
        try
        {
            await traces.TailAsync(id, query, value =>
            {
                print(value);
                return ++count < most;
            }, ended => error.WriteLine($"The recording has ended: {Terminal.Printable(ended.Ended ?? "done")}."), cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // By Ctrl-C, which is one way to end it.
        }
    }

    private static string Query(List<string> parts) => parts.Count == 0 ? "" : $"?{string.Join('&', parts)}";

    private static Option<string> Filter(string name, string help) => new($"--{name}") { HelpName = "name", Description = help };

    private static void Print(RecordedEvent value, bool isJson, TextWriter output)
    {
        if (isJson)
        {
            output.WriteLine(JsonSerializer.Serialize(value, ViewJson.OneLine.RecordedEvent));
            return;
        }
        string payload = string.Join(' ', value.Payload.Where(static field => field.Value.Length > 0).Select(static field => $"{field.Key}={Terminal.Cut(field.Value, LongestValue)}"));
        string stack = value.Stack is { } frames ? $"  at {string.Join(" < ", frames.Take(FramesShown))}" : "";
        output.WriteLine(Terminal.Printable(string.Create(CultureInfo.InvariantCulture, $"{value.Number,7} {value.At,10:0.000000} s  thread {value.Thread}  {value.Provider} {value.Name}  {payload}{stack}")));
    }
}
